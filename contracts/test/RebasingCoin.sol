// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IShares} from "../interfaces/IShares.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST TOKEN: a coin of shares, whose balances change while shares stay
/// @notice What of a token that rebases a coin vault uses, on local chains only.
contract RebasingCoin is IShares {
    uint256 private constant ONE = 1e18;

    /// @notice What a share is worth, in 10^-18.
    uint256 public rate = ONE;

    /// @inheritdoc IShares
    mapping(address account => uint256) public sharesOf;
    /// @notice In shares.
    mapping(address owner => mapping(address spender => uint256)) public allowance;

    constructor() {
        LocalChain.requireLocal();
    }

    /// @notice As stETH.
    function decimals() external pure returns (uint8) {
        return 18;
    }

    function mintShares(address to, uint256 shares) external {
        sharesOf[to] += shares;
    }

    /// @dev As a penalty that takes shares away.
    function burnShares(address from, uint256 shares) external {
        sharesOf[from] -= shares;
    }

    function rebase(uint256 rate_) external {
        rate = rate_;
    }

    function approve(address spender, uint256 shares) external returns (bool) {
        allowance[msg.sender][spender] = shares;
        return true;
    }

    /// @inheritdoc IShares
    function transferShares(address to, uint256 shares) external returns (uint256) {
        return _move(msg.sender, to, shares);
    }

    /// @inheritdoc IShares
    function transferSharesFrom(
        address from,
        address to,
        uint256 shares
    ) external returns (uint256) {
        allowance[from][msg.sender] -= shares;
        return _move(from, to, shares);
    }

    function balanceOf(address account) external view returns (uint256) {
        return (sharesOf[account] * rate) / ONE;
    }

    function _move(address from, address to, uint256 shares) private returns (uint256) {
        sharesOf[from] -= shares;
        sharesOf[to] += shares;
        return (shares * rate) / ONE;
    }
}
