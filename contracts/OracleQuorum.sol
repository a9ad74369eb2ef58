// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Guarded} from "./base/Guarded.sol";
import {IOracleQuorum} from "./interfaces/IOracleQuorum.sol";

/// @title The m-of-n signers of market snapshots
/// @dev Behaviour and trust assumptions: see `IOracleQuorum`.
abstract contract OracleQuorum is IOracleQuorum, Guarded {
    uint256 private constant MAX_SIGNERS = 32;
    uint256 private constant MIN_THRESHOLD = 2;

    /// @inheritdoc IOracleQuorum
    uint64 public immutable quorumDelay;
    /// @inheritdoc IOracleQuorum
    uint64 public immutable tighteningDelay;

    /// @inheritdoc IOracleQuorum
    uint256 public threshold;
    /// @inheritdoc IOracleQuorum
    uint256 public signerCount;

    /// @dev Belonging is being stamped with the current epoch, so a new set drops the old one without a loop.
    mapping(address signer => uint64 epoch) private _epochOf;
    mapping(address signer => uint64 epoch) private _suspendedIn;
    uint64 private _epoch;
    uint64 private _nextSuspensionAt;

    bytes32 private _pendingQuorum;
    uint64 private _activatableAt;

    constructor(
        address[] memory signers,
        uint256 threshold_,
        uint64 quorumDelay_,
        uint64 tighteningDelay_
    ) {
        require(
            tighteningDelay_ != 0 && tighteningDelay_ <= quorumDelay_,
            InvalidQuorumDelays(quorumDelay_, tighteningDelay_)
        );
        (quorumDelay, tighteningDelay) = (quorumDelay_, tighteningDelay_);
        _requireWellFormed(signers, threshold_);
        _install(signers, threshold_);
    }

    /// @inheritdoc IOracleQuorum
    function proposeQuorum(address[] calldata signers, uint256 threshold_) external onlyOwner {
        _requireWellFormed(signers, threshold_);

        bytes32 quorumHash = _hash(signers, threshold_);
        uint64 delay = _tightens(signers, threshold_) ? tighteningDelay : quorumDelay;
        uint64 activatableAt = uint64(block.timestamp) + delay;
        (_pendingQuorum, _activatableAt) = (quorumHash, activatableAt);
        emit QuorumProposed(quorumHash, signers, threshold_, activatableAt);
    }

    /// @inheritdoc IOracleQuorum
    function cancelQuorum() external onlyOwner {
        bytes32 quorumHash = _pendingQuorum;
        require(quorumHash != 0, NoProposal());

        (_pendingQuorum, _activatableAt) = (0, 0);
        emit QuorumProposalCancelled(quorumHash);
    }

    /// @inheritdoc IOracleQuorum
    function activateQuorum(address[] calldata signers, uint256 threshold_) external {
        _requireRipe(_activatableAt);
        bytes32 proposed = _pendingQuorum;
        bytes32 given = _hash(signers, threshold_);
        require(given == proposed, QuorumNotAsProposed(proposed, given));

        (_pendingQuorum, _activatableAt) = (0, 0);
        _install(signers, threshold_);
    }

    /// @inheritdoc IOracleQuorum
    function suspendSigner(address signer) external onlyGuardian {
        require(block.timestamp >= _nextSuspensionAt, SuspensionTooSoon(_nextSuspensionAt));
        require(isSigner(signer), UnknownSigner(signer));
        uint256 remaining = signerCount - 1;
        require(remaining > threshold, TooFewWouldRemain(remaining, threshold + 1));

        _nextSuspensionAt = uint64(block.timestamp) + quorumDelay;
        signerCount = remaining;
        (_epochOf[signer], _suspendedIn[signer]) = (0, _epoch);
        emit SignerSuspended(signer, _nextSuspensionAt);
    }

    /// @inheritdoc IOracleQuorum
    function reinstateSigner(address signer) external onlyOwner {
        require(_suspendedIn[signer] == _epoch, NotSuspended(signer));

        ++signerCount;
        (_epochOf[signer], _suspendedIn[signer]) = (_epoch, 0);
        emit SignerReinstated(signer);
    }

    /// @inheritdoc IOracleQuorum
    function pendingQuorum() external view returns (bytes32 quorumHash, uint64 activatableAt) {
        return (_pendingQuorum, _activatableAt);
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
        (threshold, signerCount) = (threshold_, signers.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            _epochOf[signers[i]] = epoch;
        }
        emit QuorumInstalled(epoch, signers, threshold_);
    }

    /// @dev Nobody new, at most one gone, as many signatures or one more. A suspended signer counts as new:
    /// it comes back by `reinstateSigner` or by the long delay.
    function _tightens(address[] calldata signers, uint256 threshold_) private view returns (bool) {
        if (threshold_ < threshold || threshold_ > threshold + 1) return false;
        if (signers.length + 1 < signerCount) return false;
        for (uint256 i = 0; i < signers.length; ++i) {
            if (!isSigner(signers[i])) return false;
        }
        return true;
    }

    function _requireWellFormed(address[] memory signers, uint256 threshold_) private pure {
        require(signers.length <= MAX_SIGNERS, TooManySigners(signers.length, MAX_SIGNERS));
        uint256 majority = signers.length / 2 + 1;
        uint256 minimum = majority > MIN_THRESHOLD ? majority : MIN_THRESHOLD;
        require(threshold_ >= minimum, ThresholdTooLow(threshold_, minimum));
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
