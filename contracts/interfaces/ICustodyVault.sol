// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title The venue's custody of the quote asset
/// @notice The only address an insurance draw can reach. What comes in is accounted; a transfer past
/// `deposit` is not counted.
/// @dev Trust assumption: the owner is the rollup's bridge, which releases money to users on the rollup's own
/// withdrawal proofs. Plimsoll does not judge releases; the solvency proof compares what the ledger owes with
/// what is held here.
interface ICustodyVault {
    event Deposited(address indexed from, uint256 amountE6);
    event Released(address indexed to, uint256 amountE6);

    error ReleaseAboveHoldings(uint256 amountE6, uint256 heldE6);

    /// @notice Takes `amountE6` of the asset from the caller. Anyone.
    function deposit(uint256 amountE6) external;

    /// @notice Releases accounted money. Owner (the rollup's bridge) only.
    function release(address to, uint256 amountE6) external;

    /// @notice Accounted holdings.
    function heldE6() external view returns (uint256);

    /// @notice The asset held.
    function asset() external view returns (IERC20);
}
