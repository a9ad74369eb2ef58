// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./IGroth16Verifier.sol";
import {IGuarded} from "./IGuarded.sol";
import {IMarketFeed} from "./IMarketFeed.sol";
import {IMedianErrors} from "./IMedianErrors.sol";

/// @notice A proof of the statement `oracle-median`.
/// @param publicSignals In the order of the circuit manifest
struct MedianProof {
    Proof proof;
    uint256[] publicSignals;
}

/// @title Whether a snapshot's headline numbers are medians of what independent sources signed
/// @notice A feed that asks this gate takes no signer's word for an index price, a perpetual mark or a
/// redemption rate: a proof shows that they are the medians of reports that the sources of a committed set
/// signed for this gate and this very minute. Surfaces, forwards and settlement prices stay the signers'.
/// @dev Trust assumptions:
/// - Of five sources heard, three together choose a median; of three, two. Sources that are one person behind
/// several keys are one source: governance has to see to that, no contract can.
/// - Nobody chooses whom to hear. A proof must include every source of the set that is not suspended, and none
/// that is; who is suspended is decided beforehand, in public. Only when the feed has been silent for long
/// enough to call it a downtime do any three suffice, so that a source that is gone cannot stop the market for
/// ever; what follows is a grace in which nobody is liquidated.
/// - The guardian suspends one source in `delay` seconds, and never so that fewer than three remain. Another set
/// takes `delay` seconds, and a proposal lapses.
interface IMedianGate is IGuarded, IMedianErrors {
    event SourcesProposed(
        uint256 indexed sourcesHash,
        uint8 count,
        bytes32 indexed documentHash,
        uint64 activatableAt
    );
    event SourcesProposalCancelled(uint256 indexed sourcesHash);
    event SourcesInstalled(uint256 indexed sourcesHash, uint8 count);
    event SourceSuspended(uint8 indexed source, uint64 nextSuspensionAt);
    event SourceReinstated(uint8 indexed source);

    error NotAMedianVerifier(address verifier);
    error SourcesHashNotInField(uint256 sourcesHash);
    error SourceCountOutOfRange(uint8 count, uint8 minimum, uint8 maximum);
    error MedianDelayIsZero();
    error UnknownSource(uint8 source);
    error SourceIsSuspended(uint8 source);
    error SourceNotSuspended(uint8 source);
    error SourceSuspensionTooSoon(uint64 earliest);
    error TooFewSourcesWouldRemain(uint256 remaining, uint256 minimum);

    /// @notice Starts the timelock of another set, replacing any that is proposed. Owner only.
    /// @custom:delay quorumDelay
    /// @param sourcesHash Commitment to keys and rules
    /// @param count How many places of the set are taken, from the first on
    /// @param document The set itself, so that everybody can look who it is; whether it has this hash is for
    /// them to check
    function proposeSources(uint256 sourcesHash, uint8 count, bytes calldata document) external;

    /// @notice Withdraws the proposed set. Owner only.
    /// @custom:delay none
    function cancelSources() external;

    /// @notice Installs the set that was proposed, nobody of it suspended, once its timelock has elapsed. Anyone.
    function activateSources() external;

    /// @notice Takes a source out until it is reinstated or another set is installed. Guardian only; one in
    /// `delay` seconds, and never so that fewer than three remain.
    /// @custom:delay none; one in quorumDelay
    function suspendSource(uint8 source) external;

    /// @notice Gives a suspended source its place back. Owner only.
    /// @custom:delay none
    function reinstateSource(uint8 source) external;

    /// @notice Reverts unless the headline numbers and times of `snapshot` are proven.
    /// @param silent Whether the feed has been silent for so long that any three sources suffice
    function requireMedians(
        IMarketFeed.Snapshot calldata snapshot,
        MedianProof calldata given,
        bool silent
    ) external view;

    /// @notice Whom every report must be signed for:
    /// keccak256(abi.encode(chain id, this contract, keccak256("plimsoll.oracle.report"))) mod r.
    function reportVenue() external view returns (uint256);

    /// @notice The verifier of `oracle-median`.
    function verifier() external view returns (IGroth16Verifier);

    /// @notice Commitment to the installed set.
    function sourcesHash() external view returns (uint256);

    /// @notice How many sources it has.
    function sourceCount() external view returns (uint8);

    /// @notice Bit i is 1 where source i is suspended.
    function suspendedSources() external view returns (uint256);

    /// @notice The proposed set and when it can be installed; zeros when there is none.
    function pendingSources()
        external
        view
        returns (uint256 sourcesHash, uint8 count, uint64 activatableAt);

    /// @notice Seconds between the proposal of a set and its earliest installation.
    function delay() external view returns (uint64);
}
