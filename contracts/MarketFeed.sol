// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IRiskParameters} from "./interfaces/IRiskParameters.sol";
import {Governed} from "./libraries/Governed.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {OracleQuorum} from "./OracleQuorum.sol";

/// @title Market snapshots and the margin ticks they open
/// @dev Behaviour and trust assumptions: see `IMarketFeed`.
contract MarketFeed is IMarketFeed, OracleQuorum, EIP712 {
    uint256 private constant UNDERLYINGS = 2;
    uint256 private constant COMPONENTS = 5;
    uint256 private constant BPS = 10_000;

    bytes32 private constant SNAPSHOT_TYPEHASH = keccak256(
        "Snapshot(uint256 snapshotHash,bytes32 documentHash,uint64 time,uint64 indexTime,uint64 perpetualTime,uint64 forwardTime,uint64 surfaceTime,uint64 collateralTime,uint64[2] indexPricesE4)"
    );

    /// @dev What decides admissibility, in one slot.
    struct State {
        uint64 latestTick;
        uint64 firstAdmissibleTick;
        uint40 haltedSince;
        uint40 haltedSeconds;
        bool halted;
    }

    /// @inheritdoc IMarketFeed
    ILedgerRegistry public immutable ledgerRegistry;
    /// @inheritdoc IMarketFeed
    IRiskParameters public immutable riskParameters;

    uint32 private immutable _indexHeartbeat;
    uint32 private immutable _perpetualHeartbeat;
    uint32 private immutable _forwardHeartbeat;
    uint32 private immutable _surfaceHeartbeat;
    uint32 private immutable _collateralHeartbeat;
    uint16 private immutable _breakerBps;
    uint32 private immutable _maxProofLag;
    uint32 private immutable _minTickInterval;

    State private _state;
    /// @dev Zero until the first snapshot and from a halt to the next snapshot.
    uint256 private _snapshotHash;
    uint64 private _snapshotTime;
    uint64[COMPONENTS] private _componentTimes;
    /// @dev Zero until the first snapshot: nothing to deviate from.
    uint64[UNDERLYINGS] private _referencePricesE4;
    mapping(uint64 number => Tick) private _ticks;

    constructor(
        ILedgerRegistry ledgerRegistry_,
        IRiskParameters riskParameters_,
        FeedConfig memory config_,
        address[] memory signers,
        uint256 threshold_,
        address initialOwner
    )
        Governed(initialOwner)
        OracleQuorum(signers, threshold_, config_.quorumDelay)
        EIP712("Plimsoll MarketFeed", "1")
    {
        Heartbeats memory heartbeats = config_.heartbeats;
        require(
            config_.breakerBps != 0 &&
                config_.maxProofLag != 0 &&
                heartbeats.index != 0 &&
                heartbeats.perpetual != 0 &&
                heartbeats.forward != 0 &&
                heartbeats.surface != 0 &&
                heartbeats.collateral != 0,
            InvalidConfig()
        );
        ledgerRegistry = ledgerRegistry_;
        riskParameters = riskParameters_;
        _indexHeartbeat = heartbeats.index;
        _perpetualHeartbeat = heartbeats.perpetual;
        _forwardHeartbeat = heartbeats.forward;
        _surfaceHeartbeat = heartbeats.surface;
        _collateralHeartbeat = heartbeats.collateral;
        _breakerBps = config_.breakerBps;
        _maxProofLag = config_.maxProofLag;
        _minTickInterval = config_.minTickInterval;
    }

    /// @inheritdoc IMarketFeed
    function submitSnapshot(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures
    ) external returns (uint64 tick) {
        require(!_state.halted, MarketHalted());
        ScalarField.requireInField(snapshot.snapshotHash);
        bytes32 given = keccak256(document);
        require(given == snapshot.documentHash, DocumentMismatch(snapshot.documentHash, given));
        _requireTimely(snapshot);
        _requireQuorum(snapshotDigest(snapshot), signatures);

        if (_tripsBreaker(snapshot)) {
            // Its time is taken over, so that it cannot trip the breaker again after the halt is lifted.
            _snapshotTime = snapshot.time;
            _halt();
            return 0;
        }

        _snapshotHash = snapshot.snapshotHash;
        _snapshotTime = snapshot.time;
        _componentTimes = _timesOf(snapshot);
        _referencePricesE4 = snapshot.indexPricesE4;
        emit SnapshotAccepted(
            snapshot.snapshotHash,
            snapshot.documentHash,
            snapshot.time,
            snapshot.indexPricesE4
        );
        return _openTick();
    }

    /// @inheritdoc IMarketFeed
    function openTick() external returns (uint64 tick) {
        require(!_state.halted, MarketHalted());
        require(_snapshotHash != 0, NoSnapshot());
        uint64[COMPONENTS] memory times = _componentTimes;
        for (uint256 i = 0; i < COMPONENTS; ++i) {
            _requireFresh(Component(i), times[i]);
        }
        Tick storage latest_ = _ticks[_state.latestTick];
        require(
            latest_.ledgerRoot != ledgerRegistry.latest().root ||
                latest_.parameterHash != riskParameters.activeHash(),
            NothingChanged(_state.latestTick)
        );
        return _openTick();
    }

    /// @inheritdoc IMarketFeed
    function halt() external onlyOwner {
        require(!_state.halted, MarketHalted());
        _halt();
    }

    /// @inheritdoc IMarketFeed
    function resume(uint64[2] calldata referencePricesE4) external onlyOwner {
        State storage state = _state;
        require(state.halted, MarketNotHalted());
        for (uint256 u = 0; u < UNDERLYINGS; ++u) {
            require(referencePricesE4[u] != 0, HeadlinePriceIsZero(u));
        }

        state.haltedSeconds += uint40(block.timestamp) - state.haltedSince;
        state.haltedSince = 0;
        state.halted = false;
        _referencePricesE4 = referencePricesE4;
        emit Resumed(uint64(block.timestamp), referencePricesE4);
    }

    /// @inheritdoc IMarketFeed
    function admissibleTick(uint64 number) external view returns (Tick memory) {
        State memory state = _state;
        require(!state.halted, MarketHalted());
        return _admissible(state, number);
    }

    /// @inheritdoc IMarketFeed
    function cureTick() external view returns (uint64 number, Tick memory tick) {
        State memory state = _state;
        number = state.latestTick;
        if (!state.halted) return (number, _admissible(state, number));
        require(number != 0, UnknownTick(number));
        // Every accepted snapshot opened a tick, so the last tick holds the last one accepted. How old it is
        // does not matter: none that is newer can come while the halt lasts.
        ILedgerRegistry.Ledger memory ledger = ledgerRegistry.latest();
        tick = Tick({
            ledgerRoot: ledger.root,
            snapshotHash: _ticks[number].snapshotHash,
            parameterHash: riskParameters.activeHash(),
            time: _ticks[number].time,
            ledgerSequence: ledger.sequence,
            accountCount: ledger.accountCount
        });
    }

    /// @inheritdoc IMarketFeed
    function tickAt(uint64 number) external view returns (Tick memory) {
        return _ticks[number];
    }

    /// @inheritdoc IMarketFeed
    function latestTick() external view returns (uint64) {
        return _state.latestTick;
    }

    /// @inheritdoc IMarketFeed
    function halted() external view returns (bool) {
        return _state.halted;
    }

    /// @inheritdoc IMarketFeed
    function marketClock() external view returns (uint64) {
        State memory state = _state;
        return (state.halted ? state.haltedSince : uint64(block.timestamp)) - state.haltedSeconds;
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
                breakerBps: _breakerBps,
                maxProofLag: _maxProofLag,
                minTickInterval: _minTickInterval,
                quorumDelay: quorumDelay
            });
    }

    /// @inheritdoc IMarketFeed
    function snapshotDigest(Snapshot calldata snapshot) public view returns (bytes32) {
        return
            _hashTypedDataV4(
                keccak256(
                    abi.encode(
                        SNAPSHOT_TYPEHASH,
                        snapshot.snapshotHash,
                        snapshot.documentHash,
                        snapshot.time,
                        snapshot.indexTime,
                        snapshot.perpetualTime,
                        snapshot.forwardTime,
                        snapshot.surfaceTime,
                        snapshot.collateralTime,
                        keccak256(abi.encode(snapshot.indexPricesE4))
                    )
                )
            );
    }

    function _admissible(
        State memory state,
        uint64 number
    ) private view returns (Tick memory tick) {
        require(number != 0 && number <= state.latestTick, UnknownTick(number));
        require(
            number + 1 >= state.latestTick && number >= state.firstAdmissibleTick,
            StaleTick(number, state.latestTick)
        );
        tick = _ticks[number];
        uint64 age = uint64(block.timestamp) - tick.time;
        require(age <= _maxProofLag, TickTooOld(number, age, _maxProofLag));
    }

    function _openTick() private returns (uint64 number) {
        State storage state = _state;
        ILedgerRegistry.Ledger memory ledger = ledgerRegistry.latest();
        require(ledger.root != 0, NoLedgerRoot());
        number = state.latestTick + 1;
        uint64 earliest = _ticks[number - 1].time + _minTickInterval;
        require(block.timestamp >= earliest, TickTooSoon(earliest));

        Tick memory tick = Tick({
            ledgerRoot: ledger.root,
            snapshotHash: _snapshotHash,
            parameterHash: riskParameters.activeHash(),
            time: uint64(block.timestamp),
            ledgerSequence: ledger.sequence,
            accountCount: ledger.accountCount
        });
        state.latestTick = number;
        _ticks[number] = tick;
        emit TickOpened(
            number,
            tick.ledgerRoot,
            tick.snapshotHash,
            tick.parameterHash,
            tick.time,
            tick.ledgerSequence,
            tick.accountCount
        );
    }

    /// @dev A halt retires every tick opened before it and the snapshot behind them: after it, proofs need a
    /// tick of a snapshot that was signed and accepted since.
    function _halt() private {
        State storage state = _state;
        state.halted = true;
        state.haltedSince = uint40(block.timestamp);
        state.firstAdmissibleTick = state.latestTick + 1;
        _snapshotHash = 0;
        emit Halted(uint64(block.timestamp));
    }

    function _tripsBreaker(Snapshot calldata snapshot) private returns (bool tripped) {
        for (uint256 u = 0; u < UNDERLYINGS; ++u) {
            uint256 priceE4 = snapshot.indexPricesE4[u];
            uint256 referenceE4 = _referencePricesE4[u];
            require(priceE4 != 0, HeadlinePriceIsZero(u));
            uint256 moveE4 = priceE4 > referenceE4 ? priceE4 - referenceE4 : referenceE4 - priceE4;
            if (referenceE4 != 0 && moveE4 * BPS > _breakerBps * referenceE4) {
                tripped = true;
                emit BreakerTripped(snapshot.snapshotHash, u, uint64(priceE4), uint64(referenceE4));
            }
        }
    }

    function _requireTimely(Snapshot calldata snapshot) private view {
        require(
            snapshot.time <= block.timestamp,
            SnapshotFromTheFuture(snapshot.time, uint64(block.timestamp))
        );
        require(snapshot.time > _snapshotTime, SnapshotNotNewer(snapshot.time, _snapshotTime));
        uint64[COMPONENTS] memory times = _timesOf(snapshot);
        uint64[COMPONENTS] memory latestTimes = _componentTimes;
        for (uint256 i = 0; i < COMPONENTS; ++i) {
            Component component = Component(i);
            require(
                times[i] <= snapshot.time,
                ComponentAfterSnapshot(component, times[i], snapshot.time)
            );
            require(
                times[i] >= latestTimes[i],
                ComponentWentBackwards(component, times[i], latestTimes[i])
            );
            _requireFresh(component, times[i]);
        }
    }

    function _requireFresh(Component component, uint64 componentTime) private view {
        uint256 oldestAllowed = block.timestamp - _heartbeatOf(component);
        require(
            componentTime >= oldestAllowed,
            StaleComponent(component, componentTime, uint64(oldestAllowed))
        );
    }

    function _heartbeatOf(Component component) private view returns (uint256) {
        if (component == Component.Index) return _indexHeartbeat;
        if (component == Component.Perpetual) return _perpetualHeartbeat;
        if (component == Component.Forward) return _forwardHeartbeat;
        if (component == Component.Surface) return _surfaceHeartbeat;
        return _collateralHeartbeat;
    }

    function _timesOf(Snapshot calldata snapshot) private pure returns (uint64[COMPONENTS] memory) {
        return
            [
                snapshot.indexTime,
                snapshot.perpetualTime,
                snapshot.forwardTime,
                snapshot.surfaceTime,
                snapshot.collateralTime
            ];
    }
}
