// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";

/// @title The accepted ledger roots of the rollup
/// @notice Holds the latest root, its account count and its place in the sequence.
/// @dev Trust assumptions: roots are as right as the transition verifier, which is immutable. Anyone may
/// post a root that the verifier accepts; nobody, the operator included, may post one that it does not.
/// The published ledger data behind a root is the operator's duty and is not enforced here.
interface ILedgerRegistry {
    /// @param sequence 1 for the first accepted root, rising by one
    /// @param root Poseidon root of the account tree with the account count bound in
    /// @param accountCount Accounts in the tree; every leaf at or beyond it is empty
    /// @param acceptedAt Block time of its acceptance
    /// @param bookedThrough Every position whose expiry is not after this has been booked, as the
    /// transition states
    struct Ledger {
        uint64 sequence;
        uint32 accountCount;
        uint256 root;
        uint64 acceptedAt;
        uint64 bookedThrough;
    }

    event RootAccepted(uint64 indexed sequence, uint256 indexed root, uint32 accountCount);

    error RootIsZero();
    error RootNotInField(uint256 root);
    error RootUnchanged(uint256 root);
    error TooManyAccounts(uint256 accountCount, uint256 maximum);
    error BookingWentBackwards(uint64 bookedThrough, uint64 previous);
    error TransitionRejected(uint256 previousRoot, uint256 newRoot);

    /// @notice Makes `newRoot` the latest root, if the transition verifier accepts it.
    function submitRoot(
        uint256 newRoot,
        uint32 newAccountCount,
        uint64 newBookedThrough,
        bytes calldata transitionProof
    ) external;

    /// @notice The latest accepted ledger; all zero before the first one.
    function latest() external view returns (Ledger memory);

    /// @notice The newest ledger accepted no later than `time`, a multiple of 60 seconds that is not more than
    /// 60 seconds ago; all zero if there is none.
    function ledgerAt(uint64 time) external view returns (Ledger memory);

    /// @notice The verifier every root had to pass.
    function transitionVerifier() external view returns (IStateTransitionVerifier);
}
