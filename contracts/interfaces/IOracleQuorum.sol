// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The m-of-n signers of market snapshots
/// @dev Trust assumptions: any `threshold` of the signers together choose the market every proof is made
/// against. Governance can replace the signers, but only after `quorumDelay` seconds, else governance alone
/// would be the oracle; a compromised quorum is stopped at once by halting the market instead.
interface IOracleQuorum {
    event QuorumProposed(
        bytes32 indexed quorumHash,
        address[] signers,
        uint256 threshold,
        uint64 activatableAt
    );
    event QuorumProposalCancelled(bytes32 indexed quorumHash);
    event QuorumInstalled(uint64 indexed epoch, address[] signers, uint256 threshold);

    error ThresholdIsZero();
    error ThresholdAboveSigners(uint256 threshold, uint256 signers);
    error TooManySigners(uint256 signers, uint256 maximum);
    error SignersNotAscending(address previous, address next);
    error UnknownSigner(address signer);
    error NotEnoughSignatures(uint256 signatures, uint256 threshold);
    error QuorumDelayIsZero();
    error NoQuorumProposal();
    error QuorumNotAsProposed(bytes32 proposed, bytes32 given);
    error QuorumTimelockNotElapsed(uint64 activatableAt);

    /// @notice Starts the timelock of a new signer set, replacing any pending proposal. Owner only.
    /// @param signers Strictly ascending addresses
    /// @param threshold How many of them must sign, at least 1
    function proposeQuorum(address[] calldata signers, uint256 threshold) external;

    /// @notice Withdraws the pending signer set. Owner only.
    function cancelQuorum() external;

    /// @notice Installs exactly the signer set that was proposed, once its timelock has elapsed. Anyone.
    function activateQuorum(address[] calldata signers, uint256 threshold) external;

    /// @notice Whether `signer` belongs to the installed set.
    function isSigner(address signer) external view returns (bool);

    /// @notice How many signatures a snapshot needs.
    function threshold() external view returns (uint256);

    /// @notice Seconds between the proposal of a signer set and its earliest installation.
    function quorumDelay() external view returns (uint64);
}
