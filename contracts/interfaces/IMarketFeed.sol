// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ILedgerRegistry} from "./ILedgerRegistry.sol";
import {IOracleQuorum} from "./IOracleQuorum.sol";
import {IRiskParameters} from "./IRiskParameters.sol";
import {ITickErrors} from "./ITickErrors.sol";

/// @title Market snapshots and the margin ticks they open
/// @notice A snapshot is accepted on the signatures of the oracle quorum and travels as a whole in calldata,
/// so that anyone can rebuild any proof made against it. A *margin tick* binds the latest snapshot to the
/// latest ledger root and the active parameters; proofs cite ticks, never components, so nobody chooses a
/// snapshot that suits them.
/// @dev Trust assumptions:
/// - The quorum attests that the Poseidon hash and the document say the same thing; opening a Poseidon hash
///   of this size on chain is not affordable.
/// - Anyone may relay a signed snapshot, and a relayer may leave one out; what is accepted only ever moves
///   forward in time, and every component must be within its own heartbeat, so a fresh index cannot carry a
///   stale surface.
/// - A headline price further than `breakerBps` from the last accepted one halts the market instead of being
///   accepted. The owner lifts a halt by naming the price level it confirms; it cannot supply a snapshot.
///   The owner can also halt at will: it can delay liquidations, never forge one.
/// - While halted, snapshots and ticks are refused, no tick is admissible and `marketClock` stands still. Only
///   a cure can be proven then, at `cureTick`.
interface IMarketFeed is IOracleQuorum, ITickErrors {
    /// @param snapshotHash Poseidon commitment to the snapshot, below the scalar field
    /// @param documentHash keccak256 of the document bytes
    /// @param time Unix seconds as of which the snapshot holds
    /// @param indexTime Age-defining time of the index prices; likewise the four that follow
    /// @param indexPricesE4 Headline index price per underlying in 10^-4 USD per contract
    struct Snapshot {
        uint256 snapshotHash;
        bytes32 documentHash;
        uint64 time;
        uint64 indexTime;
        uint64 perpetualTime;
        uint64 forwardTime;
        uint64 surfaceTime;
        uint64 collateralTime;
        uint64[2] indexPricesE4;
    }

    /// @notice The oldest each component of an accepted snapshot may be, in seconds.
    struct Heartbeats {
        uint32 index;
        uint32 perpetual;
        uint32 forward;
        uint32 surface;
        uint32 collateral;
    }

    /// @param heartbeats Per component
    /// @param breakerBps Largest accepted move of a headline price between snapshots, in 10^-4 of the last
    /// @param maxProofLag Seconds for which a tick can be cited
    /// @param minTickInterval Seconds between ticks, so that a tick cannot be pushed out before a proof of it
    /// can be made and posted
    /// @param quorumDelay Timelock of a change of signers, in seconds
    struct FeedConfig {
        Heartbeats heartbeats;
        uint16 breakerBps;
        uint32 maxProofLag;
        uint32 minTickInterval;
        uint64 quorumDelay;
    }

    enum Component {
        Index,
        Perpetual,
        Forward,
        Surface,
        Collateral
    }

    /// @param time Block time at which the tick was opened
    /// @param ledgerSequence Sequence number of `ledgerRoot`
    /// @param accountCount Account count of `ledgerRoot`
    struct Tick {
        uint256 ledgerRoot;
        uint256 snapshotHash;
        uint256 parameterHash;
        uint64 time;
        uint64 ledgerSequence;
        uint32 accountCount;
    }

    event SnapshotAccepted(
        uint256 indexed snapshotHash,
        bytes32 indexed documentHash,
        uint64 time,
        uint64[2] indexPricesE4
    );
    event TickOpened(
        uint64 indexed number,
        uint256 indexed ledgerRoot,
        uint256 snapshotHash,
        uint256 parameterHash,
        uint64 time,
        uint64 ledgerSequence,
        uint32 accountCount
    );
    event BreakerTripped(
        uint256 indexed snapshotHash,
        uint256 indexed underlying,
        uint64 priceE4,
        uint64 referencePriceE4
    );
    event Halted(uint64 haltedAt);
    event Resumed(uint64 resumedAt, uint64[2] referencePricesE4);

    error SnapshotHashNotInField(uint256 snapshotHash);
    error DocumentMismatch(bytes32 signed, bytes32 given);
    error SnapshotFromTheFuture(uint64 time, uint64 blockTime);
    error SnapshotNotNewer(uint64 time, uint64 latestTime);
    error ComponentAfterSnapshot(Component component, uint64 componentTime, uint64 snapshotTime);
    error ComponentWentBackwards(
        Component component,
        uint64 componentTime,
        uint64 latestComponentTime
    );
    error StaleComponent(Component component, uint64 componentTime, uint64 oldestAllowed);
    error HeadlinePriceIsZero(uint256 underlying);
    error NoLedgerRoot();
    error NoSnapshot();
    error NothingChanged(uint64 latestTick);
    error TickTooSoon(uint64 earliest);
    error MarketNotHalted();
    error InvalidConfig();

    /// @notice Accepts a signed snapshot and opens a tick, or halts the market if the breaker trips.
    /// @param document The whole snapshot document whose keccak256 the quorum signed
    /// @param signatures 65-byte EIP-712 signatures, ordered by ascending signer address
    /// @return tick The number of the tick opened; zero if the breaker tripped
    function submitSnapshot(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures
    ) external returns (uint64 tick);

    /// @notice Opens a tick on the accepted snapshot after the ledger root or the parameters changed. Anyone.
    function openTick() external returns (uint64 tick);

    /// @notice Halts the market. Owner only.
    function halt() external;

    /// @notice Lifts a halt; the next snapshot is measured against `referencePricesE4`. Owner only.
    function resume(uint64[2] calldata referencePricesE4) external;

    /// @notice The tick `number`, if a proof may cite it now: the current one or the one before it, opened at
    /// most `maxProofLag` seconds ago, since the last halt. Reverts otherwise.
    function admissibleTick(uint64 number) external view returns (Tick memory);

    /// @notice What the cure of a liquidation must be proven at, the one and only: the current tick, if a proof
    /// may cite it now. While the market is halted: the snapshot of the last tick before the halt with the
    /// newest ledger root and the active parameters, under the number of that tick, so that a deposit still
    /// cures and nobody chooses the snapshot.
    function cureTick() external view returns (uint64 number, Tick memory tick);

    /// @notice Any tick ever opened, for the record; all zero for one that was not.
    function tickAt(uint64 number) external view returns (Tick memory);

    /// @notice The number of the current tick; zero before the first.
    function latestTick() external view returns (uint64);

    /// @notice Whether the market is halted.
    function halted() external view returns (bool);

    /// @notice Unix seconds less all seconds spent halted: the clock auctions run on.
    function marketClock() external view returns (uint64);

    /// @notice The digest the quorum signs for `snapshot`.
    function snapshotDigest(Snapshot calldata snapshot) external view returns (bytes32);

    /// @notice The ledger whose roots ticks bind.
    function ledgerRegistry() external view returns (ILedgerRegistry);

    /// @notice The parameters that ticks bind.
    function riskParameters() external view returns (IRiskParameters);

    /// @notice The immutable configuration.
    function config() external view returns (FeedConfig memory);
}
