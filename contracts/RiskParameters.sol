// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IRiskParameters} from "./interfaces/IRiskParameters.sol";
import {Governed} from "./libraries/Governed.sol";
import {ScalarField} from "./libraries/ScalarField.sol";

/// @title The active risk-parameter set
/// @dev Behaviour and trust assumptions: see `IRiskParameters`.
contract RiskParameters is IRiskParameters, Governed {
    /// @inheritdoc IRiskParameters
    uint64 public immutable delay;

    /// @inheritdoc IRiskParameters
    uint256 public activeHash;

    uint256 private _pendingHash;
    uint64 private _activatableAt;

    constructor(uint256 initialHash, uint64 delay_, address initialOwner) Governed(initialOwner) {
        _requireWellFormed(initialHash);
        require(delay_ != 0, DelayIsZero());
        delay = delay_;
        activeHash = initialHash;
        emit ParametersActivated(initialHash);
    }

    /// @inheritdoc IRiskParameters
    function propose(uint256 parameterHash) external onlyOwner {
        _requireWellFormed(parameterHash);
        require(parameterHash != activeHash, ParametersAlreadyActive(parameterHash));
        require(_pendingHash == 0, ProposalPending(_pendingHash));

        uint64 activatableAt = uint64(block.timestamp) + delay;
        (_pendingHash, _activatableAt) = (parameterHash, activatableAt);
        emit ParametersProposed(parameterHash, activatableAt);
    }

    /// @inheritdoc IRiskParameters
    function cancel() external onlyOwner {
        uint256 parameterHash = _pendingHash;
        require(parameterHash != 0, NoProposal());

        (_pendingHash, _activatableAt) = (0, 0);
        emit ProposalCancelled(parameterHash);
    }

    /// @inheritdoc IRiskParameters
    function activate() external {
        uint256 parameterHash = _pendingHash;
        require(parameterHash != 0, NoProposal());
        require(block.timestamp >= _activatableAt, TimelockNotElapsed(_activatableAt));

        activeHash = parameterHash;
        (_pendingHash, _activatableAt) = (0, 0);
        emit ParametersActivated(parameterHash);
    }

    /// @inheritdoc IRiskParameters
    function pending() external view returns (uint256 parameterHash, uint64 activatableAt) {
        return (_pendingHash, _activatableAt);
    }

    function _requireWellFormed(uint256 parameterHash) private pure {
        require(parameterHash != 0, ParameterHashIsZero());
        require(parameterHash < ScalarField.MODULUS, ParameterHashNotInField(parameterHash));
    }
}
