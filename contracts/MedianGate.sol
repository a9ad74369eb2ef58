// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Governed} from "./base/Governed.sol";
import {Guarded} from "./base/Guarded.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IMedianGate, MedianProof} from "./interfaces/IMedianGate.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {OracleMedianSignals} from "./verifiers/OracleMedianSignals.sol";

/// @title Whether a snapshot's headline numbers are medians of what independent sources signed
/// @dev Behaviour and trust assumptions: see `IMedianGate`.
contract MedianGate is IMedianGate, Guarded {
    bytes32 private constant STATEMENT = "oracle-median";
    bytes32 private constant REPORT = keccak256("plimsoll.oracle.report");
    uint8 private constant MIN_SOURCES = 3;
    uint8 private constant MAX_SOURCES = 5;

    struct Proposal {
        uint256 sourcesHash;
        uint8 count;
        uint64 activatableAt;
    }

    /// @inheritdoc IMedianGate
    IGroth16Verifier public immutable verifier;
    /// @inheritdoc IMedianGate
    uint64 public immutable delay;

    /// @inheritdoc IMedianGate
    uint256 public sourcesHash;
    /// @inheritdoc IMedianGate
    uint8 public sourceCount;
    /// @dev Five bits.
    uint8 private _suspended;
    uint64 private _nextSuspensionAt;

    Proposal private _pending;

    constructor(
        IGroth16Verifier verifier_,
        uint256 sourcesHash_,
        uint8 count,
        uint64 delay_,
        address initialOwner,
        address guardian_
    ) Governed(initialOwner) Guarded(guardian_, delay_) {
        require(verifier_.statement() == STATEMENT, NotAMedianVerifier(address(verifier_)));
        require(delay_ != 0, MedianDelayIsZero());
        _requireWellFormed(sourcesHash_, count);
        (verifier, delay) = (verifier_, delay_);
        _install(sourcesHash_, count);
    }

    /// @inheritdoc IMedianGate
    function proposeSources(
        uint256 sourcesHash_,
        uint8 count,
        bytes calldata document
    ) external onlyOwner {
        _requireWellFormed(sourcesHash_, count);

        uint64 activatableAt = uint64(block.timestamp) + delay;
        _pending = Proposal({
            sourcesHash: sourcesHash_,
            count: count,
            activatableAt: activatableAt
        });
        emit SourcesProposed(sourcesHash_, count, keccak256(document), activatableAt);
    }

    /// @inheritdoc IMedianGate
    function cancelSources() external onlyOwner {
        uint256 proposed = _pending.sourcesHash;
        require(proposed != 0, NoProposal());

        delete _pending;
        emit SourcesProposalCancelled(proposed);
    }

    /// @inheritdoc IMedianGate
    function activateSources() external {
        Proposal memory proposal = _pending;
        _requireRipe(proposal.activatableAt);

        delete _pending;
        _install(proposal.sourcesHash, proposal.count);
    }

    /// @inheritdoc IMedianGate
    function suspendSource(uint8 source) external onlyGuardian {
        require(block.timestamp >= _nextSuspensionAt, SourceSuspensionTooSoon(_nextSuspensionAt));
        require(source < sourceCount, UnknownSource(source));
        require(!_isSuspended(source), SourceIsSuspended(source));
        uint256 remaining = _remaining() - 1;
        require(remaining >= MIN_SOURCES, TooFewSourcesWouldRemain(remaining, MIN_SOURCES));

        uint64 nextSuspensionAt = uint64(block.timestamp) + delay;
        (_suspended, _nextSuspensionAt) = (_suspended | uint8(1 << source), nextSuspensionAt);
        emit SourceSuspended(source, nextSuspensionAt);
    }

    /// @inheritdoc IMedianGate
    function reinstateSource(uint8 source) external onlyOwner {
        require(_isSuspended(source), SourceNotSuspended(source));

        _suspended &= ~uint8(1 << source);
        emit SourceReinstated(source);
    }

    /// @inheritdoc IMedianGate
    function requireMedians(
        IMarketFeed.Snapshot calldata snapshot,
        MedianProof calldata given,
        bool silent
    ) external view {
        ScalarField.requireAllInField(given.publicSignals);
        OracleMedianSignals.Signals memory proven = OracleMedianSignals.read(given.publicSignals);
        uint256 venue = reportVenue();
        require(proven.venue == venue, WrongReportVenue(venue, proven.venue));
        require(proven.sourcesHash == sourcesHash, WrongSources(sourcesHash, proven.sourcesHash));
        require(
            proven.snapshotHash == snapshot.snapshotHash,
            AnotherSnapshot(snapshot.snapshotHash, proven.snapshotHash)
        );
        _requireStated(snapshot, proven);
        _requireHeard(proven.included, silent);
        require(verifier.verify(given.proof, given.publicSignals), InvalidMedianProof());
    }

    /// @inheritdoc IMedianGate
    function suspendedSources() external view returns (uint256) {
        return _suspended;
    }

    /// @inheritdoc IMedianGate
    function pendingSources()
        external
        view
        returns (uint256 sourcesHash_, uint8 count, uint64 activatableAt)
    {
        return (_pending.sourcesHash, _pending.count, _pending.activatableAt);
    }

    /// @inheritdoc IMedianGate
    function reportVenue() public view returns (uint256) {
        return
            uint256(keccak256(abi.encode(block.chainid, address(this), REPORT))) %
            ScalarField.MODULUS;
    }

    function _install(uint256 sourcesHash_, uint8 count) private {
        (sourcesHash, sourceCount, _suspended) = (sourcesHash_, count, 0);
        emit SourcesInstalled(sourcesHash_, count);
    }

    /// @dev Exactly those who are not suspended; in silence, at least three of them, which the circuit counts.
    function _requireHeard(uint256 included, bool silent) private view {
        uint256 suspended = _suspended;
        require(included & suspended == 0, SuspendedSourceHeard(included, suspended));
        uint256 required = ((1 << sourceCount) - 1) & ~suspended;
        require(silent || included == required, SourceNotHeard(included, required));
    }

    function _isSuspended(uint8 source) private view returns (bool) {
        return source < MAX_SOURCES && (_suspended >> source) & 1 == 1;
    }

    function _remaining() private view returns (uint256 remaining) {
        for (uint8 i = 0; i < sourceCount; ++i) {
            if (!_isSuspended(i)) ++remaining;
        }
    }

    /// @dev What the feed measures and what the quorum signed is what was proven of the snapshot's words.
    function _requireStated(
        IMarketFeed.Snapshot calldata snapshot,
        OracleMedianSignals.Signals memory proven
    ) private pure {
        require(
            snapshot.indexPricesE4[0] == proven.indexBtcE4 &&
                snapshot.indexPricesE4[1] == proven.indexEthE4 &&
                snapshot.perpetualMarksE4[0] == proven.perpetualBtcE4 &&
                snapshot.perpetualMarksE4[1] == proven.perpetualEthE4 &&
                snapshot.redemptionRatesQ30[0] == proven.rateBtcQ30 &&
                snapshot.redemptionRatesQ30[1] == proven.rateEthQ30 &&
                snapshot.redemptionRatesQ30[2] == proven.rateStEthQ30,
            NotTheMedians()
        );
        require(
            snapshot.time == proven.time &&
                snapshot.indexTime == proven.indexTime &&
                snapshot.perpetualTime == proven.perpetualTime &&
                snapshot.collateralTime == proven.collateralTime,
            NotTheProvenTimes()
        );
    }

    function _requireWellFormed(uint256 sourcesHash_, uint8 count) private pure {
        require(
            sourcesHash_ != 0 && sourcesHash_ < ScalarField.MODULUS,
            SourcesHashNotInField(sourcesHash_)
        );
        require(
            count >= MIN_SOURCES && count <= MAX_SOURCES,
            SourceCountOutOfRange(count, MIN_SOURCES, MAX_SOURCES)
        );
    }
}
