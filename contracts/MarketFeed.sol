// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Guarded} from "./base/Guarded.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IMedianGate, MedianProof} from "./interfaces/IMedianGate.sol";
import {IRiskParameters} from "./interfaces/IRiskParameters.sol";
import {Deviation} from "./libraries/Deviation.sol";
import {Governed} from "./base/Governed.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {OracleQuorum} from "./OracleQuorum.sol";

/// @title Market snapshots and the margin ticks they open
/// @dev Behaviour and trust assumptions: see `IMarketFeed`. Nothing here can be re-entered: no call but
/// static ones to the registry, the parameters and the median gate, and no value moves.
contract MarketFeed is IMarketFeed, OracleQuorum, EIP712 {
    uint256 private constant UNDERLYINGS = 2;
    uint256 private constant RATES = 3;
    uint256 private constant COMPONENTS = 5;
    uint256 private constant SLOT_SECONDS = 60;

    bytes32 private constant SNAPSHOT_TYPEHASH = keccak256(
        "Snapshot(uint256 snapshotHash,bytes32 documentHash,uint64 time,uint64 indexTime,uint64 perpetualTime,uint64 forwardTime,uint64 surfaceTime,uint64 collateralTime,uint64 bookedThrough,uint64 deadline,uint64[2] indexPricesE4,uint64[2] perpetualMarksE4,uint64[3] redemptionRatesQ30,bytes32 marginInputsHash)"
    );

    /// @dev What decides admissibility and the market clock, in one slot: 32 bits count a tick a minute for eight
    /// thousand years, and hold unix seconds until 2106.
    struct State {
        uint32 latestTick;
        /// When it was opened.
        uint32 openedAt;
        /// Zero while the market is not halted.
        uint32 haltedAt;
        /// The market clock when the latest tick was opened, or at the halt.
        uint32 clock;
        /// Of the latest accepted snapshot, as the two below.
        uint32 acceptedTime;
        uint32 bookedThrough;
        uint32 graceUntil;
        /// Consecutive snapshots beyond the breaker since.
        uint8 breaches;
        /// Whether a headline price moved between the latest tick and the one before it.
        bool moved;
        bool armed;
    }

    /// @dev One slot, as an array would not be: of the latest snapshot taken (`snapshot`), and of the latest
    /// accepted one (the components).
    struct Times {
        uint40 snapshot;
        uint40 index;
        uint40 perpetual;
        uint40 forward;
        uint40 surface;
        uint40 collateral;
    }

    /// @dev Headline numbers of the latest accepted snapshot and what follows them, in two slots: 40 bits hold
    /// whatever the words of a snapshot can.
    struct Prices {
        uint40 indexBtcE4;
        uint40 indexEthE4;
        uint40 anchorBtcE4;
        uint40 anchorEthE4;
        uint40 perpetualBtcE4;
        uint40 perpetualEthE4;
        uint40 rateAnchorBtcQ30;
        uint40 rateAnchorEthQ30;
        uint40 rateAnchorStEthQ30;
    }

    /// @dev A tick as it is kept: a tick a minute must not pay for a hash that changes once a month, nor for a
    /// root that the registry keeps. `binding` is the hash of all three, so that a proof is compared with one word.
    struct Record {
        bytes32 binding;
        uint256 snapshotHash;
        uint64 time;
        uint64 snapshotTime;
        uint64 ledgerSequence;
        uint32 accountCount;
        uint32 parameterSet;
    }

    struct MarginInputs {
        bytes32 inputsHash;
        uint64 time;
    }

    /// @dev One number of a snapshot beside what it is measured from.
    struct Measure {
        Guard guard;
        uint256 which;
        uint256 value;
        uint256 level;
        uint256 bps;
    }

    /// @inheritdoc IMarketFeed
    ILedgerRegistry public immutable ledgerRegistry;
    /// @inheritdoc IMarketFeed
    IRiskParameters public immutable riskParameters;
    /// @inheritdoc IMarketFeed
    IMedianGate public immutable medianGate;

    uint32 private immutable _indexHeartbeat;
    uint32 private immutable _perpetualHeartbeat;
    uint32 private immutable _forwardHeartbeat;
    uint32 private immutable _surfaceHeartbeat;
    uint32 private immutable _collateralHeartbeat;
    uint16 private immutable _indexBps;
    uint16 private immutable _anchorBps;
    uint16 private immutable _anchorBpsPerHour;
    uint16 private immutable _perpetualBps;
    uint16 private immutable _rateBps;
    uint16 private immutable _rateBpsPerDay;
    uint8 private immutable _confirmations;
    uint32 private immutable _maxSnapshotAge;
    uint32 private immutable _supersededFor;
    uint16 private immutable _jumpBps;
    uint32 private immutable _maxClockGap;
    uint32 private immutable _downtimeAfter;
    uint32 private immutable _graceSeconds;
    uint32 private immutable _resumeDelay;
    uint32 private immutable _maxHaltSeconds;

    State private _state;
    Times private _times;
    Prices private _prices;
    MarginInputs private _marginInputs;
    /// @dev Zero while no resume is announced; `_resumeLevels` means nothing then.
    uint64 private _announcedFrom;
    Levels private _resumeLevels;
    mapping(uint64 number => Record) private _ticks;
    /// @dev Every parameter set a tick was opened under, in order.
    uint256[] private _parameterSets;

    constructor(
        ILedgerRegistry ledgerRegistry_,
        IRiskParameters riskParameters_,
        IMedianGate medianGate_,
        FeedConfig memory config_,
        address[] memory signers,
        uint256 threshold_,
        address initialOwner,
        address guardian_
    )
        Governed(initialOwner)
        Guarded(guardian_, config_.quorumDelay)
        OracleQuorum(signers, threshold_, config_.quorumDelay, config_.tighteningDelay)
        EIP712("Plimsoll MarketFeed", "1")
    {
        _requireSound(config_);
        (ledgerRegistry, riskParameters) = (ledgerRegistry_, riskParameters_);
        medianGate = medianGate_;
        Heartbeats memory heartbeats = config_.heartbeats;
        _indexHeartbeat = heartbeats.index;
        _perpetualHeartbeat = heartbeats.perpetual;
        _forwardHeartbeat = heartbeats.forward;
        _surfaceHeartbeat = heartbeats.surface;
        _collateralHeartbeat = heartbeats.collateral;
        Breaker memory breaker = config_.breaker;
        _indexBps = breaker.indexBps;
        _anchorBps = breaker.anchorBps;
        _anchorBpsPerHour = breaker.anchorBpsPerHour;
        _perpetualBps = breaker.perpetualBps;
        _rateBps = breaker.rateBps;
        _rateBpsPerDay = breaker.rateBpsPerDay;
        _confirmations = breaker.confirmations;
        _maxSnapshotAge = config_.maxSnapshotAge;
        _supersededFor = config_.supersededFor;
        _jumpBps = config_.jumpBps;
        _maxClockGap = config_.maxClockGap;
        _downtimeAfter = config_.downtimeAfter;
        _graceSeconds = config_.graceSeconds;
        _resumeDelay = config_.resumeDelay;
        _maxHaltSeconds = config_.maxHaltSeconds;
        _state.armed = true;
    }

    /// @inheritdoc IMarketFeed
    function submitSnapshot(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures
    ) external returns (uint64 tick) {
        require(!requiresMedianProof(), MedianProofMissing());
        return _submit(snapshot, document, signatures);
    }

    /// @inheritdoc IMarketFeed
    function submitProvenSnapshot(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures,
        MedianProof calldata medianProof
    ) external returns (uint64 tick) {
        require(requiresMedianProof(), NoMedianGate());
        medianGate.requireMedians(snapshot, medianProof, _isSilent(_state));
        return _submit(snapshot, document, signatures);
    }

    /// @inheritdoc IMarketFeed
    function halt() external onlyGuardian {
        require(_state.haltedAt == 0, MarketHalted());
        require(_state.armed, GuardianNotArmed());

        _state.armed = false;
        _halt();
    }

    /// @inheritdoc IMarketFeed
    function armGuardian() external onlyOwner {
        require(_state.haltedAt == 0, MarketHalted());
        require(!_state.armed, GuardianAlreadyArmed());

        _state.armed = true;
        emit GuardianArmed();
    }

    /// @inheritdoc IMarketFeed
    function announceResume(
        uint64[2] calldata indexPricesE4,
        uint64[3] calldata redemptionRatesQ30
    ) external onlyOwner {
        require(_state.haltedAt != 0, MarketNotHalted());
        for (uint256 u = 0; u < UNDERLYINGS; ++u) {
            _requireInRange(Guard.IndexFromLast, u, indexPricesE4[u]);
        }
        for (uint256 c = 0; c < RATES; ++c) {
            _requireInRange(Guard.RateFromAnchor, c, redemptionRatesQ30[c]);
        }

        uint64 from = uint64(block.timestamp) + _resumeDelay;
        _announcedFrom = from;
        _resumeLevels = Levels({
            indexPricesE4: indexPricesE4,
            indexAnchorsE4: indexPricesE4,
            rateAnchorsQ30: redemptionRatesQ30
        });
        emit ResumeAnnounced(indexPricesE4, redemptionRatesQ30, from);
    }

    /// @inheritdoc IMarketFeed
    function admissibleTick(
        uint64 number,
        Purpose purpose
    ) external view returns (CitedTick memory cited) {
        State memory last = _state;
        require(number != 0 && number <= last.latestTick, UnknownTick(number));
        uint64 snapshotTime;
        (cited, snapshotTime) = _cite(last, number);
        bool isCurrent = number == last.latestTick;
        if (isCurrent && purpose == Purpose.Cure) return cited;

        require(last.haltedAt == 0, MarketHalted());
        require(last.breaches == 0, MarketUncertain(last.breaches));
        if (!isCurrent) _requireJustSuperseded(last, number, purpose);
        uint64 age = uint64(block.timestamp) - snapshotTime;
        require(age <= _maxSnapshotAge, TickTooOld(number, age, _maxSnapshotAge));
        require(
            block.timestamp >= last.graceUntil ||
                purpose == Purpose.Cure ||
                purpose == Purpose.Withdraw,
            DowntimeGrace(last.graceUntil)
        );
    }

    /// @inheritdoc IMarketFeed
    function citedTick(uint64 number) external view returns (CitedTick memory cited) {
        (cited, ) = _cite(_state, number);
    }

    /// @inheritdoc IMarketFeed
    function tickAt(uint64 number) external view returns (Tick memory tick) {
        Record memory kept = _ticks[number];
        if (kept.time == 0) return tick;
        return
            Tick({
                ledgerRoot: ledgerRegistry.ledger(kept.ledgerSequence).root,
                snapshotHash: kept.snapshotHash,
                parameterHash: _parameterSets[kept.parameterSet],
                time: kept.time,
                snapshotTime: kept.snapshotTime,
                ledgerSequence: kept.ledgerSequence,
                accountCount: kept.accountCount
            });
    }

    /// @inheritdoc IMarketFeed
    function latestTick() external view returns (uint64) {
        return _state.latestTick;
    }

    /// @inheritdoc IMarketFeed
    function halted() external view returns (bool) {
        return _state.haltedAt != 0;
    }

    /// @inheritdoc IMarketFeed
    function guardianArmed() external view returns (bool) {
        return _state.armed;
    }

    /// @inheritdoc IMarketFeed
    function marketClock() external view returns (uint64) {
        return _clockAt(_state);
    }

    /// @inheritdoc IMarketFeed
    function marginInputs() external view returns (bytes32 inputsHash, uint64 time) {
        return (_marginInputs.inputsHash, _marginInputs.time);
    }

    /// @inheritdoc IMarketFeed
    function state() external view returns (FeedState memory) {
        State memory last = _state;
        return
            FeedState({
                latestTime: _times.snapshot,
                acceptedTime: last.acceptedTime,
                bookedThrough: last.bookedThrough,
                breaches: last.breaches,
                haltedAt: last.haltedAt,
                resumableFrom: last.haltedAt != 0 ? _resumableFrom(last.haltedAt) : 0,
                graceUntil: last.graceUntil,
                levels: _levelsFor(last.haltedAt)
            });
    }

    /// @inheritdoc IMarketFeed
    function config() external view returns (FeedConfig memory) {
        return
            FeedConfig({
                heartbeats: Heartbeats({
                    index: _indexHeartbeat,
                    perpetual: _perpetualHeartbeat,
                    forward: _forwardHeartbeat,
                    surface: _surfaceHeartbeat,
                    collateral: _collateralHeartbeat
                }),
                breaker: Breaker({
                    indexBps: _indexBps,
                    anchorBps: _anchorBps,
                    anchorBpsPerHour: _anchorBpsPerHour,
                    perpetualBps: _perpetualBps,
                    rateBps: _rateBps,
                    rateBpsPerDay: _rateBpsPerDay,
                    confirmations: _confirmations
                }),
                maxSnapshotAge: _maxSnapshotAge,
                supersededFor: _supersededFor,
                jumpBps: _jumpBps,
                maxClockGap: _maxClockGap,
                downtimeAfter: _downtimeAfter,
                graceSeconds: _graceSeconds,
                resumeDelay: _resumeDelay,
                maxHaltSeconds: _maxHaltSeconds,
                quorumDelay: quorumDelay,
                tighteningDelay: tighteningDelay
            });
    }

    /// @inheritdoc IMarketFeed
    function requiresMedianProof() public view returns (bool) {
        return address(medianGate) != address(0);
    }

    /// @inheritdoc IMarketFeed
    function snapshotDigest(Snapshot calldata snapshot) public view returns (bytes32) {
        bytes memory times = abi.encode(
            SNAPSHOT_TYPEHASH,
            snapshot.snapshotHash,
            snapshot.documentHash,
            snapshot.time,
            snapshot.indexTime,
            snapshot.perpetualTime,
            snapshot.forwardTime,
            snapshot.surfaceTime,
            snapshot.collateralTime,
            snapshot.bookedThrough,
            snapshot.deadline
        );
        bytes memory headlines = abi.encode(
            keccak256(abi.encode(snapshot.indexPricesE4)),
            keccak256(abi.encode(snapshot.perpetualMarksE4)),
            keccak256(abi.encode(snapshot.redemptionRatesQ30)),
            snapshot.marginInputsHash
        );
        return _hashTypedDataV4(keccak256(bytes.concat(times, headlines)));
    }

    function _submit(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures
    ) private returns (uint64 tick) {
        State memory last = _state;
        _requireSigned(snapshot, document, signatures, last.haltedAt);
        ILedgerRegistry.Ledger memory ledger = _ledgerOf(snapshot, last.bookedThrough);
        Levels memory next = _levelsFor(last.haltedAt);
        if (_isBeyond(snapshot, next, last)) {
            _noteBreach(snapshot.time, last.breaches + 1);
            return 0;
        }
        return _accept(snapshot, ledger, last, next);
    }

    function _requireSigned(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures,
        uint64 haltedAt
    ) private view {
        if (haltedAt != 0) {
            uint64 from = _resumableFrom(haltedAt);
            require(snapshot.time >= from, NotYetResumable(from));
        }
        ScalarField.requireInField(snapshot.snapshotHash);
        bytes32 given = keccak256(document);
        require(given == snapshot.documentHash, DocumentMismatch(snapshot.documentHash, given));
        _requireTimely(snapshot);
        _requireQuorum(snapshotDigest(snapshot), signatures);
    }

    function _accept(
        Snapshot calldata snapshot,
        ILedgerRegistry.Ledger memory ledger,
        State memory last,
        Levels memory next
    ) private returns (uint64 number) {
        // What came before a halt is never "just superseded" after it.
        bool moved = last.haltedAt != 0 || _hasMoved(snapshot);
        _prices = _pricesOf(snapshot, next);
        _times = _timesOf(snapshot);
        // Not every snapshot carries some, and a step has until the next ones to be proven.
        if (snapshot.marginInputsHash != 0) {
            _marginInputs = MarginInputs(snapshot.marginInputsHash, snapshot.time);
        }
        if (last.haltedAt != 0) {
            _announcedFrom = 0;
            emit Resumed(uint64(block.timestamp));
        }
        emit SnapshotAccepted(
            snapshot.snapshotHash,
            snapshot.documentHash,
            snapshot.time,
            snapshot.indexPricesE4
        );
        return _openTick(snapshot, ledger, last, moved);
    }

    function _openTick(
        Snapshot calldata snapshot,
        ILedgerRegistry.Ledger memory ledger,
        State memory last,
        bool moved
    ) private returns (uint64 number) {
        number = last.latestTick + 1;
        _state = State({
            latestTick: uint32(number),
            openedAt: uint32(block.timestamp),
            haltedAt: 0,
            clock: uint32(_clockAt(last)),
            acceptedTime: uint32(snapshot.time),
            bookedThrough: uint32(snapshot.bookedThrough),
            graceUntil: _wasDown(last) ? uint32(block.timestamp + _graceSeconds) : last.graceUntil,
            breaches: 0,
            moved: moved,
            armed: last.armed
        });
        uint256 parameterHash = riskParameters.effectiveHash();
        _ticks[number] = Record({
            binding: keccak256(abi.encode(ledger.root, snapshot.snapshotHash, parameterHash)),
            snapshotHash: snapshot.snapshotHash,
            time: uint64(block.timestamp),
            snapshotTime: snapshot.time,
            ledgerSequence: ledger.sequence,
            accountCount: ledger.accountCount,
            parameterSet: _parameterSetOf(parameterHash)
        });
        emit TickOpened(
            number,
            ledger.root,
            snapshot.snapshotHash,
            parameterHash,
            uint64(block.timestamp),
            ledger.sequence,
            ledger.accountCount
        );
    }

    function _parameterSetOf(uint256 parameterHash) private returns (uint32) {
        uint256 count = _parameterSets.length;
        if (count == 0 || _parameterSets[count - 1] != parameterHash) {
            _parameterSets.push(parameterHash);
            return uint32(count);
        }
        return uint32(count - 1);
    }

    /// @dev Its time is taken over, so that no snapshot is counted twice.
    function _noteBreach(uint64 time, uint8 breaches) private {
        _times.snapshot = uint40(time);
        _state.breaches = breaches;
        if (breaches >= _confirmations) _halt();
    }

    function _halt() private {
        State storage now_ = _state;
        now_.clock = uint32(_clockAt(now_));
        now_.haltedAt = uint32(block.timestamp);
        emit Halted(uint64(block.timestamp));
    }

    /// @dev Moves `levels` on to `snapshot`, and says whether it is too far from them. While the market is
    /// halted that is no breach but a refusal: nothing may change.
    function _isBeyond(
        Snapshot calldata snapshot,
        Levels memory levels,
        State memory last
    ) private returns (bool beyond) {
        bool whileHalted = last.haltedAt != 0;
        // An announced level is confirmed, not followed.
        uint256 elapsed = whileHalted ? 0 : snapshot.time - last.acceptedTime;
        for (uint256 u = 0; u < UNDERLYINGS; ++u) {
            if (_indexIsBeyond(snapshot, levels, u, elapsed, whileHalted)) beyond = true;
            // Beside its own index, so that the first snapshot is measured too.
            if (
                _isFar(
                    snapshot,
                    Measure({
                        guard: Guard.PerpetualFromIndex,
                        which: u,
                        value: snapshot.perpetualMarksE4[u],
                        level: snapshot.indexPricesE4[u],
                        bps: _perpetualBps
                    }),
                    whileHalted
                )
            ) beyond = true;
        }
        for (uint256 c = 0; c < RATES; ++c) {
            if (_rateIsBeyond(snapshot, levels, c, elapsed, whileHalted)) beyond = true;
        }
    }

    function _indexIsBeyond(
        Snapshot calldata snapshot,
        Levels memory levels,
        uint256 u,
        uint256 elapsed,
        bool whileHalted
    ) private returns (bool beyond) {
        Measure memory measure = Measure({
            guard: Guard.IndexFromLast,
            which: u,
            value: snapshot.indexPricesE4[u],
            level: levels.indexPricesE4[u],
            bps: _indexBps
        });
        beyond = _isFar(snapshot, measure, whileHalted);
        uint256 anchor = Deviation.followFloor(
            levels.indexAnchorsE4[u],
            measure.value,
            _anchorBpsPerHour,
            elapsed,
            1 hours
        );
        (measure.guard, measure.level, measure.bps) = (Guard.IndexFromAnchor, anchor, _anchorBps);
        if (_isFar(snapshot, measure, whileHalted)) beyond = true;
        levels.indexAnchorsE4[u] = uint64(anchor == 0 ? measure.value : anchor);
        levels.indexPricesE4[u] = uint64(measure.value);
    }

    function _rateIsBeyond(
        Snapshot calldata snapshot,
        Levels memory levels,
        uint256 c,
        uint256 elapsed,
        bool whileHalted
    ) private returns (bool) {
        uint256 rate = snapshot.redemptionRatesQ30[c];
        uint256 anchor = Deviation.followFloor(
            levels.rateAnchorsQ30[c],
            rate,
            _rateBpsPerDay,
            elapsed,
            1 days
        );
        levels.rateAnchorsQ30[c] = uint64(anchor == 0 ? rate : anchor);
        Measure memory measure = Measure({
            guard: Guard.RateFromAnchor,
            which: c,
            value: rate,
            level: anchor,
            bps: _rateBps
        });
        return _isFar(snapshot, measure, whileHalted);
    }

    /// @dev From a level of zero nothing is measured: there is none yet.
    function _isFar(
        Snapshot calldata snapshot,
        Measure memory measure,
        bool whileHalted
    ) private returns (bool) {
        (Guard guard, uint256 which) = (measure.guard, measure.which);
        (uint256 value, uint256 level) = (measure.value, measure.level);
        _requireInRange(guard, which, value);
        if (level == 0 || !Deviation.exceeds(value, level, measure.bps)) return false;
        require(!whileHalted, BeyondResumeLevel(guard, which, value, level));
        emit BreakerTripped(snapshot.snapshotHash, guard, which, value, level);
        return true;
    }

    function _requireTimely(Snapshot calldata snapshot) private view {
        uint64 time = snapshot.time;
        require(time % SLOT_SECONDS == 0, NotOnTheMinute(time));
        require(time <= block.timestamp, SnapshotFromTheFuture(time, uint64(block.timestamp)));
        uint64 newest = uint64(block.timestamp - (block.timestamp % SLOT_SECONDS));
        require(time == newest, NotTheNewestSlot(time, newest));
        require(
            block.timestamp <= snapshot.deadline,
            DeadlinePassed(snapshot.deadline, uint64(block.timestamp))
        );
        Times memory latest = _times;
        require(time > latest.snapshot, SnapshotNotNewer(time, latest.snapshot));
        uint40[COMPONENTS] memory times = _componentsOf(_timesOf(snapshot));
        uint40[COMPONENTS] memory latestTimes = _componentsOf(latest);
        for (uint256 i = 0; i < COMPONENTS; ++i) {
            Component component = Component(i);
            require(times[i] <= time, ComponentAfterSnapshot(component, times[i], time));
            require(
                times[i] >= latestTimes[i],
                ComponentWentBackwards(component, times[i], latestTimes[i])
            );
            uint256 oldestAllowed = block.timestamp - _heartbeatOf(component);
            require(
                times[i] >= oldestAllowed,
                StaleComponent(component, times[i], uint64(oldestAllowed))
            );
        }
    }

    /// @dev The ledger that the tick of `snapshot` binds. A root posted after the snapshot's time would be
    /// judged at prices that its maker knew; a position that the ledger has not booked must be listed.
    function _ledgerOf(
        Snapshot calldata snapshot,
        uint64 latestBookedThrough
    ) private view returns (ILedgerRegistry.Ledger memory ledger) {
        ledger = ledgerRegistry.ledgerAt(snapshot.time);
        require(ledger.root != 0, NoLedgerRoot());
        uint64 booked = snapshot.bookedThrough;
        require(
            booked >= latestBookedThrough,
            BookedThroughWentBackwards(booked, latestBookedThrough)
        );
        require(booked <= snapshot.time, BookedThroughAfterSnapshot(booked, snapshot.time));
        require(
            booked <= ledger.bookedThrough,
            BookedThroughAheadOfLedger(booked, ledger.bookedThrough)
        );
    }

    /// @dev A snapshot signed before the halt or during it is of an earlier slot, and stays out.
    function _resumableFrom(uint64 haltedAt) private view returns (uint64) {
        uint64 announced = _announcedFrom;
        return announced != 0 ? announced : haltedAt + _maxHaltSeconds;
    }

    /// @dev During a halt those announced. Without an announcement there is nothing to measure a resume from:
    /// it took days to come to that.
    function _levelsFor(uint64 haltedAt) private view returns (Levels memory none) {
        if (haltedAt == 0) {
            Prices memory last = _prices;
            return
                Levels({
                    indexPricesE4: [uint64(last.indexBtcE4), last.indexEthE4],
                    indexAnchorsE4: [uint64(last.anchorBtcE4), last.anchorEthE4],
                    rateAnchorsQ30: [
                        uint64(last.rateAnchorBtcQ30),
                        last.rateAnchorEthQ30,
                        last.rateAnchorStEthQ30
                    ]
                });
        }
        if (_announcedFrom != 0) return _resumeLevels;
    }

    function _hasMoved(Snapshot calldata snapshot) private view returns (bool) {
        Prices memory last = _prices;
        return
            Deviation.exceeds(snapshot.indexPricesE4[0], last.indexBtcE4, _jumpBps) ||
            Deviation.exceeds(snapshot.indexPricesE4[1], last.indexEthE4, _jumpBps) ||
            Deviation.exceeds(snapshot.perpetualMarksE4[0], last.perpetualBtcE4, _jumpBps) ||
            Deviation.exceeds(snapshot.perpetualMarksE4[1], last.perpetualEthE4, _jumpBps);
    }

    /// @dev Two slots of the record, not all it stands for: what is compared is read once.
    function _cite(
        State memory last,
        uint64 number
    ) private view returns (CitedTick memory cited, uint64 snapshotTime) {
        Record storage kept = _ticks[number];
        cited.number = number;
        cited.accountCount = kept.accountCount;
        cited.ledgerSequence = kept.ledgerSequence;
        cited.clock = _clockAt(last);
        cited.binding = kept.binding;
        snapshotTime = kept.snapshotTime;
    }

    function _requireJustSuperseded(
        State memory last,
        uint64 number,
        Purpose purpose
    ) private view {
        require(
            number + 1 == last.latestTick &&
                purpose != Purpose.Claim &&
                block.timestamp <= uint256(last.openedAt) + _supersededFor,
            StaleTick(number, last.latestTick)
        );
        require(!last.moved || purpose == Purpose.Cure, PriceMoved(number, last.latestTick));
    }

    function _wasDown(State memory last) private view returns (bool) {
        return last.haltedAt != 0 || _isSilent(last);
    }

    function _isSilent(State memory last) private view returns (bool) {
        return last.latestTick != 0 && block.timestamp > uint256(last.openedAt) + _downtimeAfter;
    }

    /// @dev Before the first tick it stands at zero.
    function _clockAt(State memory last) private view returns (uint64) {
        if (last.latestTick == 0 || last.haltedAt != 0) return last.clock;
        uint256 gap = block.timestamp - last.openedAt;
        return last.clock + uint64(gap < _maxClockGap ? gap : _maxClockGap);
    }

    function _heartbeatOf(Component component) private view returns (uint256) {
        if (component == Component.Index) return _indexHeartbeat;
        if (component == Component.Perpetual) return _perpetualHeartbeat;
        if (component == Component.Forward) return _forwardHeartbeat;
        if (component == Component.Surface) return _surfaceHeartbeat;
        return _collateralHeartbeat;
    }

    /// @dev Saturated: what does not fit is after any snapshot, and is refused as that.
    function _timesOf(Snapshot calldata snapshot) private pure returns (Times memory) {
        return
            Times({
                snapshot: _narrow(snapshot.time),
                index: _narrow(snapshot.indexTime),
                perpetual: _narrow(snapshot.perpetualTime),
                forward: _narrow(snapshot.forwardTime),
                surface: _narrow(snapshot.surfaceTime),
                collateral: _narrow(snapshot.collateralTime)
            });
    }

    /// @dev In the order of `Component`.
    function _componentsOf(Times memory times) private pure returns (uint40[COMPONENTS] memory) {
        return [times.index, times.perpetual, times.forward, times.surface, times.collateral];
    }

    /// @dev Every number was measured: none is above 40 bits, and an anchor lies between two that were.
    function _pricesOf(
        Snapshot calldata snapshot,
        Levels memory next
    ) private pure returns (Prices memory) {
        return
            Prices({
                indexBtcE4: uint40(next.indexPricesE4[0]),
                indexEthE4: uint40(next.indexPricesE4[1]),
                anchorBtcE4: uint40(next.indexAnchorsE4[0]),
                anchorEthE4: uint40(next.indexAnchorsE4[1]),
                perpetualBtcE4: uint40(snapshot.perpetualMarksE4[0]),
                perpetualEthE4: uint40(snapshot.perpetualMarksE4[1]),
                rateAnchorBtcQ30: uint40(next.rateAnchorsQ30[0]),
                rateAnchorEthQ30: uint40(next.rateAnchorsQ30[1]),
                rateAnchorStEthQ30: uint40(next.rateAnchorsQ30[2])
            });
    }

    function _requireInRange(Guard guard, uint256 which, uint256 value) private pure {
        require(value != 0, HeadlineIsZero(guard, which));
        require(value <= type(uint40).max, HeadlineTooLarge(guard, which, value));
    }

    function _narrow(uint64 time) private pure returns (uint40) {
        return time < type(uint40).max ? uint40(time) : type(uint40).max;
    }

    function _requireSound(FeedConfig memory config_) private pure {
        Heartbeats memory heartbeats = config_.heartbeats;
        Breaker memory breaker = config_.breaker;
        require(
            heartbeats.index != 0 &&
                heartbeats.perpetual != 0 &&
                heartbeats.forward != 0 &&
                heartbeats.surface != 0 &&
                heartbeats.collateral != 0,
            InvalidConfig()
        );
        // A bound of 100 % would let every fall through.
        require(
            breaker.indexBps != 0 &&
                breaker.anchorBps >= breaker.indexBps &&
                breaker.anchorBps < Deviation.BPS &&
                breaker.anchorBpsPerHour != 0 &&
                breaker.perpetualBps != 0 &&
                breaker.perpetualBps < Deviation.BPS &&
                breaker.rateBps != 0 &&
                breaker.rateBps < Deviation.BPS &&
                breaker.rateBpsPerDay != 0 &&
                breaker.confirmations != 0,
            InvalidConfig()
        );
        // A snapshot may come at the end of its minute and must still outlive what follows it; a tick of
        // before a halt must be too old when the halt ends.
        require(
            config_.supersededFor != 0 &&
                config_.supersededFor < SLOT_SECONDS &&
                config_.maxSnapshotAge >= 2 * SLOT_SECONDS &&
                config_.jumpBps != 0 &&
                config_.maxClockGap >= SLOT_SECONDS &&
                config_.downtimeAfter >= config_.maxSnapshotAge &&
                config_.graceSeconds != 0 &&
                config_.resumeDelay >= config_.maxSnapshotAge &&
                config_.maxHaltSeconds > config_.resumeDelay,
            InvalidConfig()
        );
    }
}
