// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title A token whose balances change by themselves
/// @notice What an account has of it is a number of shares, which does not. The names are those of stETH.
interface IShares {
    /// @notice Moves shares of the caller; returns what they are worth in tokens.
    function transferShares(address to, uint256 shares) external returns (uint256 amount);

    /// @notice Moves shares of somebody who allows it.
    function transferSharesFrom(
        address from,
        address to,
        uint256 shares
    ) external returns (uint256 amount);

    /// @notice The shares of an account.
    function sharesOf(address account) external view returns (uint256);
}
