// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The active risk-parameter set
/// @notice A parameter set is content-addressed: this contract holds its Poseidon hash, every proof is bound
/// to it. There is one set for all accounts; nothing here can name an account.
/// @dev Trust assumptions: governance can choose any set, however unfair, but not before `delay` seconds in
/// which depositors can leave and owners can reduce. `delay` is immutable. Anyone may activate a set whose
/// time has come, so governance cannot hold one back to use it by surprise.
interface IRiskParameters {
    event ParametersProposed(uint256 indexed parameterHash, uint64 activatableAt);
    event ProposalCancelled(uint256 indexed parameterHash);
    event ParametersActivated(uint256 indexed parameterHash);

    error ParameterHashIsZero();
    error ParameterHashNotInField(uint256 parameterHash);
    error ParametersAlreadyActive(uint256 parameterHash);
    error DelayIsZero();
    error ProposalPending(uint256 parameterHash);
    error NoProposal();
    error TimelockNotElapsed(uint64 activatableAt);

    /// @notice Starts the timelock of a new set. Owner only; one proposal at a time.
    function propose(uint256 parameterHash) external;

    /// @notice Withdraws the pending proposal. Owner only.
    function cancel() external;

    /// @notice Makes the pending set the active one, once its timelock has elapsed. Anyone.
    function activate() external;

    /// @notice The hash every proof is bound to from the next margin tick on.
    function activeHash() external view returns (uint256);

    /// @notice The pending hash and the time from which it can be activated; zeros when there is none.
    function pending() external view returns (uint256 parameterHash, uint64 activatableAt);

    /// @notice Seconds between a proposal and its earliest activation.
    function delay() external view returns (uint64);
}
