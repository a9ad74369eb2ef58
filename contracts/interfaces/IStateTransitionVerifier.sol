// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The rollup's own validity proof, seen from Plimsoll
/// @notice Decides whether one ledger root may follow another. Plimsoll proves what a ledger *says* about
/// margin and solvency; that the ledger *came about* rightly (trades signed, deposits credited, settlement
/// nonces advanced only by a settlement) is proven by the rollup and checked here.
/// @dev Trust assumption: everything downstream trusts this contract completely. If it accepts a ledger in
/// which an account was tampered with, that account can be liquidated by an honest proof.
interface IStateTransitionVerifier {
    /// @notice Whether `newRoot` with `newAccountCount` accounts rightly follows `previousRoot`.
    /// @param previousRoot The registry's current root; zero for the first transition
    /// @param previousAccountCount The account count bound into `previousRoot`
    /// @param newRoot The proposed root, below the scalar field
    /// @param newAccountCount The account count bound into `newRoot`
    /// @param newBookedThrough No position of the new ledger has expired by then; never before the last one
    /// @param proof The rollup's proof, in the rollup's own encoding
    function verifyTransition(
        uint256 previousRoot,
        uint32 previousAccountCount,
        uint256 newRoot,
        uint32 newAccountCount,
        uint64 newBookedThrough,
        bytes calldata proof
    ) external view returns (bool);
}
