// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IOracleQuorum} from "./interfaces/IOracleQuorum.sol";
import {Governed} from "./libraries/Governed.sol";

/// @title The m-of-n signers of market snapshots
/// @dev Behaviour and trust assumptions: see `IOracleQuorum`.
abstract contract OracleQuorum is IOracleQuorum, Governed {
    uint256 private constant MAX_SIGNERS = 32;

    /// @inheritdoc IOracleQuorum
    uint64 public immutable quorumDelay;

    /// @inheritdoc IOracleQuorum
    uint256 public threshold;

    /// @dev Belonging is being stamped with the current epoch, so a new set drops the old one without a loop.
    mapping(address signer => uint64 epoch) private _epochOf;
    uint64 private _epoch;

    bytes32 private _pendingQuorum;
    uint64 private _activatableAt;

    constructor(address[] memory signers, uint256 threshold_, uint64 quorumDelay_) {
        require(quorumDelay_ != 0, QuorumDelayIsZero());
        quorumDelay = quorumDelay_;
        _requireWellFormed(signers, threshold_);
        _install(signers, threshold_);
    }

    /// @inheritdoc IOracleQuorum
    function proposeQuorum(address[] calldata signers, uint256 threshold_) external onlyOwner {
        _requireWellFormed(signers, threshold_);

        bytes32 quorumHash = _hash(signers, threshold_);
        uint64 activatableAt = uint64(block.timestamp) + quorumDelay;
        (_pendingQuorum, _activatableAt) = (quorumHash, activatableAt);
        emit QuorumProposed(quorumHash, signers, threshold_, activatableAt);
    }

    /// @inheritdoc IOracleQuorum
    function cancelQuorum() external onlyOwner {
        bytes32 quorumHash = _pendingQuorum;
        require(quorumHash != 0, NoQuorumProposal());

        (_pendingQuorum, _activatableAt) = (0, 0);
        emit QuorumProposalCancelled(quorumHash);
    }

    /// @inheritdoc IOracleQuorum
    function activateQuorum(address[] calldata signers, uint256 threshold_) external {
        bytes32 proposed = _pendingQuorum;
        bytes32 given = _hash(signers, threshold_);
        require(proposed != 0, NoQuorumProposal());
        require(given == proposed, QuorumNotAsProposed(proposed, given));
        require(block.timestamp >= _activatableAt, QuorumTimelockNotElapsed(_activatableAt));

        (_pendingQuorum, _activatableAt) = (0, 0);
        _install(signers, threshold_);
    }

    /// @inheritdoc IOracleQuorum
    function isSigner(address signer) public view returns (bool) {
        return _epochOf[signer] == _epoch;
    }

    /// @dev Ascending order makes a duplicate impossible without remembering who was seen. Malleable
    /// signatures (high s) are refused by `ECDSA`.
    function _requireQuorum(bytes32 digest, bytes[] calldata signatures) internal view {
        require(signatures.length >= threshold, NotEnoughSignatures(signatures.length, threshold));
        address previous = address(0);
        for (uint256 i = 0; i < signatures.length; ++i) {
            address signer = ECDSA.recover(digest, signatures[i]);
            require(isSigner(signer), UnknownSigner(signer));
            require(signer > previous, SignersNotAscending(previous, signer));
            previous = signer;
        }
    }

    function _install(address[] memory signers, uint256 threshold_) private {
        uint64 epoch = ++_epoch;
        threshold = threshold_;
        for (uint256 i = 0; i < signers.length; ++i) {
            _epochOf[signers[i]] = epoch;
        }
        emit QuorumInstalled(epoch, signers, threshold_);
    }

    function _requireWellFormed(address[] memory signers, uint256 threshold_) private pure {
        require(signers.length <= MAX_SIGNERS, TooManySigners(signers.length, MAX_SIGNERS));
        require(threshold_ != 0, ThresholdIsZero());
        require(threshold_ <= signers.length, ThresholdAboveSigners(threshold_, signers.length));
        address previous = address(0);
        for (uint256 i = 0; i < signers.length; ++i) {
            require(signers[i] > previous, SignersNotAscending(previous, signers[i]));
            previous = signers[i];
        }
    }

    function _hash(address[] memory signers, uint256 threshold_) private pure returns (bytes32) {
        return keccak256(abi.encode(signers, threshold_));
    }
}
