// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGuarded} from "./IGuarded.sol";

/// @title The m-of-n signers of market snapshots
/// @dev Trust assumptions: any `threshold` of the signers together choose the market every proof is made
/// against. A quorum is a majority of at least two, so that no two disjoint quorums can sign two markets for
/// one moment and nobody is an oracle alone. Governance can change the signers, but a set with anybody new in
/// it, or that needs fewer signatures, only after `quorumDelay` seconds, else governance alone would be the
/// oracle; one signer fewer, or one signature more, after `tighteningDelay`. A compromised quorum is stopped
/// at once by halting the market, a compromised signer by suspending it.
interface IOracleQuorum is IGuarded {
    event QuorumProposed(
        bytes32 indexed quorumHash,
        address[] signers,
        uint256 threshold,
        uint64 activatableAt
    );
    event QuorumProposalCancelled(bytes32 indexed quorumHash);
    event QuorumInstalled(uint64 indexed epoch, address[] signers, uint256 threshold);
    event SignerSuspended(address indexed signer, uint64 nextSuspensionAt);
    event SignerReinstated(address indexed signer);

    error ThresholdTooLow(uint256 threshold, uint256 minimum);
    error ThresholdAboveSigners(uint256 threshold, uint256 signers);
    error TooManySigners(uint256 signers, uint256 maximum);
    error SignersNotAscending(address previous, address next);
    error UnknownSigner(address signer);
    error NotEnoughSignatures(uint256 signatures, uint256 threshold);
    error InvalidQuorumDelays(uint64 quorumDelay, uint64 tighteningDelay);
    error QuorumNotAsProposed(bytes32 proposed, bytes32 given);
    error SuspensionTooSoon(uint64 earliest);
    error TooFewWouldRemain(uint256 remaining, uint256 minimum);
    error NotSuspended(address signer);

    /// @notice Starts the timelock of a new signer set, replacing any pending proposal: `tighteningDelay` if
    /// it is the installed set, less at most one signer, needing as many signatures or one more; `quorumDelay`
    /// for any other. Owner only.
    /// @custom:delay quorumDelay; tighteningDelay where it only tightens
    /// @param signers Strictly ascending addresses
    /// @param threshold How many of them must sign: at least two, and more than half
    function proposeQuorum(address[] calldata signers, uint256 threshold) external;

    /// @notice Withdraws the pending signer set. Owner only.
    /// @custom:delay none
    function cancelQuorum() external;

    /// @notice Installs exactly the signer set that was proposed, once its timelock has elapsed. Anyone.
    function activateQuorum(address[] calldata signers, uint256 threshold) external;

    /// @notice Suspends a signer at once, until the owner reinstates it or another set is installed. Guardian
    /// only; one in `quorumDelay` seconds, and never so that fewer than `threshold` + 1 remain: the guardian
    /// can neither stop the feed nor choose its signers one by one.
    /// @custom:delay none; one in quorumDelay
    function suspendSigner(address signer) external;

    /// @notice Gives a suspended signer of the installed set its place back. Owner only.
    /// @custom:delay none
    function reinstateSigner(address signer) external;

    /// @notice Whether `signer` belongs to the installed set and is not suspended.
    function isSigner(address signer) external view returns (bool);

    /// @notice How many signers there are, without the suspended ones.
    function signerCount() external view returns (uint256);

    /// @notice How many signatures a snapshot needs.
    function threshold() external view returns (uint256);

    /// @notice The hash of the proposed set and when it can be installed; zeros when there is none.
    function pendingQuorum() external view returns (bytes32 quorumHash, uint64 activatableAt);

    /// @notice Seconds between the proposal of a signer set and its earliest installation.
    function quorumDelay() external view returns (uint64);

    /// @notice The same where the set only tightens.
    function tighteningDelay() external view returns (uint64);
}
