// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IShares} from "../interfaces/IShares.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST TOKEN: a coin whose balances grow while shares stay
/// @notice What of a token the register reads, on local chains only.
contract RebasingCoin is IShares {
    uint256 private constant ONE = 1e18;

    /// @notice What a share is worth, in 10^-18.
    uint256 public rate = ONE;

    /// @inheritdoc IShares
    mapping(address account => uint256) public sharesOf;

    constructor() {
        LocalChain.requireLocal();
    }

    function mintShares(address to, uint256 shares) external {
        sharesOf[to] += shares;
    }

    function rebase(uint256 rate_) external {
        rate = rate_;
    }

    function balanceOf(address account) external view returns (uint256) {
        return (sharesOf[account] * rate) / ONE;
    }
}
