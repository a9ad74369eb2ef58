// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title Shares that can begin anew
/// @notice As `ERC20`, within an epoch: the shares of those before it are nobody's, without touching any of them.
/// @dev Allowances outlast an epoch: they name an owner and a spender, not what there is to spend.
abstract contract EpochShares is ERC20 {
    uint64 private _epoch;
    mapping(uint64 epoch => uint256) private _supply;
    mapping(uint64 epoch => mapping(address owner => uint256)) private _balances;

    /// @notice How often the shares have begun anew.
    function epoch() public view virtual returns (uint64) {
        return _epoch;
    }

    /// @inheritdoc IERC20
    function totalSupply() public view virtual override returns (uint256) {
        return _supply[_epoch];
    }

    /// @inheritdoc IERC20
    function balanceOf(address owner) public view virtual override returns (uint256) {
        return _balances[_epoch][owner];
    }

    function _beginEpoch() internal {
        _epoch += 1;
    }

    function _update(address from, address to, uint256 shares) internal virtual override {
        uint64 current = _epoch;
        if (from == address(0)) {
            _supply[current] += shares;
        } else {
            uint256 balance = _balances[current][from];
            require(balance >= shares, ERC20InsufficientBalance(from, balance, shares));
            _balances[current][from] = balance - shares;
        }
        if (to == address(0)) _supply[current] -= shares;
        else _balances[current][to] += shares;
        emit Transfer(from, to, shares);
    }
}
