// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title A token whose balances change by themselves
/// @notice What an account has of it is a number of shares, which does not.
interface IShares {
    /// @notice The shares of an account.
    function sharesOf(address account) external view returns (uint256);
}
