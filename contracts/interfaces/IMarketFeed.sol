// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ILedgerRegistry} from "./ILedgerRegistry.sol";
import {IMedianErrors} from "./IMedianErrors.sol";
import {IMedianGate, MedianProof} from "./IMedianGate.sol";
import {IOracleQuorum} from "./IOracleQuorum.sol";
import {IRiskParameters} from "./IRiskParameters.sol";
import {ITickErrors} from "./ITickErrors.sol";

/// @title Market snapshots and the margin ticks they open
/// @notice A snapshot is accepted on the signatures of the oracle quorum and travels as a whole in calldata,
/// so that anyone can rebuild any proof made against it. A *margin tick* binds it to the newest ledger root
/// that was accepted no later than its time, and to the active parameters; proofs cite ticks, never
/// components, so nobody chooses a snapshot or a ledger that suits them.
/// @dev Trust assumptions:
/// - The quorum attests that the Poseidon hash and the document say the same thing; opening a Poseidon hash
///   of this size on chain is not affordable. Each signer signs one document a slot.
/// - Anyone may relay a signed snapshot, and a relayer may leave one out, but not choose: of each minute there
///   is one snapshot, and only the newest minute's is accepted. Every component must be within its own
///   heartbeat, so a fresh index cannot carry a stale surface.
/// - A snapshot beyond the breaker (`Guard`) is not accepted. The first makes the market uncertain, a
///   consecutive one halts it. Two anchors are measured from: the last accepted value, and one that follows
///   it no faster than a stated rate, so that many small steps are as visible as a large one.
/// - A halt ends with an accepted snapshot and with nothing else: one within the breaker of the level that the
///   owner announced, at least `resumeDelay` after it did. The owner cannot supply a snapshot. Without an
///   announcement the quorum alone resumes after `maxHaltSeconds`, so a halt is bounded.
/// - The guardian can halt once, until the owner re-arms it: it can delay liquidations, never forge one.
/// - A feed with a median gate takes nobody's word for its headline numbers; see `IMedianGate`.
interface IMarketFeed is IOracleQuorum, ITickErrors, IMedianErrors {
    /// @param snapshotHash Poseidon commitment to the snapshot, below the scalar field
    /// @param documentHash keccak256 of the document bytes
    /// @param time Unix seconds as of which the snapshot holds, a multiple of `SLOT_SECONDS`
    /// @param indexTime Age-defining time of the index prices; likewise the four that follow
    /// @param bookedThrough Every position whose expiry is not after this has been booked by the ledger
    /// @param deadline The last unix second at which the signatures hold
    /// @param indexPricesE4 Headline index price per underlying in 10^-4 USD per contract
    /// @param perpetualMarksE4 Mark price of the perpetual per underlying, likewise
    /// @param redemptionRatesQ30 What a unit of BTC, ETH and stETH collateral redeems for, in 2^-30
    /// @param marginInputsHash Commitment to inputs of the margin rule (docs/spec.md §9); zero: carries none
    struct Snapshot {
        uint256 snapshotHash;
        bytes32 documentHash;
        uint64 time;
        uint64 indexTime;
        uint64 perpetualTime;
        uint64 forwardTime;
        uint64 surfaceTime;
        uint64 collateralTime;
        uint64 bookedThrough;
        uint64 deadline;
        uint64[2] indexPricesE4;
        uint64[2] perpetualMarksE4;
        uint64[3] redemptionRatesQ30;
        bytes32 marginInputsHash;
    }

    /// @notice The oldest each component of an accepted snapshot may be, in seconds.
    struct Heartbeats {
        uint32 index;
        uint32 perpetual;
        uint32 forward;
        uint32 surface;
        uint32 collateral;
    }

    /// @notice Bounds in 10^-4 of what is measured from.
    /// @param indexBps An index price from the last accepted one
    /// @param anchorBps An index price from its slow anchor
    /// @param anchorBpsPerHour How fast the slow anchor of an index follows
    /// @param perpetualBps A perpetual mark from the index beside it
    /// @param rateBps A redemption rate from its slow anchor
    /// @param rateBpsPerDay How fast the slow anchor of a redemption rate follows
    /// @param confirmations How many consecutive snapshots beyond the breaker halt the market
    struct Breaker {
        uint16 indexBps;
        uint16 anchorBps;
        uint16 anchorBpsPerHour;
        uint16 perpetualBps;
        uint16 rateBps;
        uint16 rateBpsPerDay;
        uint8 confirmations;
    }

    /// @param heartbeats Per component
    /// @param breaker What is not accepted
    /// @param maxSnapshotAge Seconds from a snapshot's time for which its tick can be cited
    /// @param supersededFor Seconds for which a tick can still be cited after the next one was opened
    /// @param jumpBps Move of a headline price between two ticks that ends that at once for all but cures
    /// @param maxClockGap The most that the market clock gains between two ticks, in seconds
    /// @param downtimeAfter Seconds without a tick after which there was a downtime
    /// @param graceSeconds How long after a halt or a downtime nobody is liquidated
    /// @param resumeDelay Seconds from announcing the level to resume at to the first snapshot that may
    /// @param maxHaltSeconds Seconds after which the quorum resumes without an announcement
    /// @param quorumDelay Timelock of a change of signers or of the guardian, in seconds
    /// @param tighteningDelay Timelock of a change of signers that only tightens
    struct FeedConfig {
        Heartbeats heartbeats;
        Breaker breaker;
        uint32 maxSnapshotAge;
        uint32 supersededFor;
        uint16 jumpBps;
        uint32 maxClockGap;
        uint32 downtimeAfter;
        uint32 graceSeconds;
        uint32 resumeDelay;
        uint32 maxHaltSeconds;
        uint64 quorumDelay;
        uint64 tighteningDelay;
    }

    enum Component {
        Index,
        Perpetual,
        Forward,
        Surface,
        Collateral
    }

    /// @notice What of a snapshot the breaker measures, and from where.
    enum Guard {
        IndexFromLast,
        IndexFromAnchor,
        PerpetualFromIndex,
        RateFromAnchor
    }

    /// @notice What a proof is cited for; see `admissibleTick`.
    enum Purpose {
        Open,
        Bid,
        Cure,
        Withdraw,
        Claim
    }

    /// @param time Block time at which the tick was opened
    /// @param snapshotTime As of when its snapshot holds
    /// @param ledgerSequence Sequence number of `ledgerRoot`
    /// @param accountCount Account count of `ledgerRoot`
    struct Tick {
        uint256 ledgerRoot;
        uint256 snapshotHash;
        uint256 parameterHash;
        uint64 time;
        uint64 snapshotTime;
        uint64 ledgerSequence;
        uint32 accountCount;
    }

    /// @notice What a proof that cites a tick is held against, in few reads.
    /// @param number The tick
    /// @param accountCount Account count of its ledger root
    /// @param ledgerSequence Sequence number of its ledger root
    /// @param clock The market clock now
    /// @param binding keccak256(abi.encode(ledgerRoot, snapshotHash, parameterHash)); `tickAt` has the three
    struct CitedTick {
        uint64 number;
        uint32 accountCount;
        uint64 ledgerSequence;
        uint64 clock;
        bytes32 binding;
    }

    /// @notice The levels that the next snapshot is measured from; zeros before the first one.
    struct Levels {
        uint64[2] indexPricesE4;
        uint64[2] indexAnchorsE4;
        uint64[3] rateAnchorsQ30;
    }

    /// @param latestTime Time of the last snapshot taken, also of one beyond the breaker
    /// @param acceptedTime Time of the last accepted snapshot
    /// @param bookedThrough What it said has been booked
    /// @param breaches Consecutive snapshots beyond the breaker since then
    /// @param haltedAt When the market was halted; zero while it is not
    /// @param resumableFrom The earliest snapshot that can end the halt; zero while there is none
    /// @param graceUntil Until when nobody is liquidated
    /// @param levels What the next snapshot is measured from; where a resume is announced, those announced
    struct FeedState {
        uint64 latestTime;
        uint64 acceptedTime;
        uint64 bookedThrough;
        uint8 breaches;
        uint64 haltedAt;
        uint64 resumableFrom;
        uint64 graceUntil;
        Levels levels;
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
        Guard indexed guard,
        uint256 indexed which,
        uint256 value,
        uint256 level
    );
    event Halted(uint64 haltedAt);
    event ResumeAnnounced(
        uint64[2] indexPricesE4,
        uint64[3] redemptionRatesQ30,
        uint64 resumableFrom
    );
    event Resumed(uint64 resumedAt);
    event GuardianArmed();

    error DocumentMismatch(bytes32 signed, bytes32 given);
    error NotOnTheMinute(uint64 time);
    error SnapshotFromTheFuture(uint64 time, uint64 blockTime);
    error NotTheNewestSlot(uint64 time, uint64 newest);
    error DeadlinePassed(uint64 deadline, uint64 blockTime);
    error SnapshotNotNewer(uint64 time, uint64 latestTime);
    error ComponentAfterSnapshot(Component component, uint64 componentTime, uint64 snapshotTime);
    error ComponentWentBackwards(
        Component component,
        uint64 componentTime,
        uint64 latestComponentTime
    );
    error StaleComponent(Component component, uint64 componentTime, uint64 oldestAllowed);
    error BookedThroughWentBackwards(uint64 bookedThrough, uint64 latestBookedThrough);
    error BookedThroughAheadOfLedger(uint64 bookedThrough, uint64 ledgerBookedThrough);
    error BookedThroughAfterSnapshot(uint64 bookedThrough, uint64 snapshotTime);
    error HeadlineIsZero(Guard guard, uint256 which);
    error HeadlineTooLarge(Guard guard, uint256 which, uint256 value);
    error MedianProofMissing();
    error NoMedianGate();
    error NoLedgerRoot();
    error NotYetResumable(uint64 resumableFrom);
    error BeyondResumeLevel(Guard guard, uint256 which, uint256 value, uint256 level);
    error MarketNotHalted();
    error GuardianNotArmed();
    error GuardianAlreadyArmed();
    error InvalidConfig();

    /// @notice Accepts a signed snapshot and opens a tick, or takes note that it is beyond the breaker. While
    /// the market is halted: ends the halt if it can, else reverts.
    /// @param document The whole snapshot document whose keccak256 the quorum signed
    /// @param signatures 65-byte EIP-712 signatures, ordered by ascending signer address
    /// @return tick The number of the tick opened; zero if the snapshot is beyond the breaker
    function submitSnapshot(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures
    ) external returns (uint64 tick);

    /// @notice The same for a feed with a median gate, which takes no other snapshot: with a proof that the
    /// headline numbers are medians of what its sources signed.
    function submitProvenSnapshot(
        Snapshot calldata snapshot,
        bytes calldata document,
        bytes[] calldata signatures,
        MedianProof calldata medianProof
    ) external returns (uint64 tick);

    /// @notice Halts the market. Guardian only, and only while armed; disarms it.
    /// @custom:delay none; once, until armed again; at most maxHaltSeconds
    function halt() external;

    /// @notice Lets the guardian halt once more. Owner only, not during a halt.
    /// @custom:delay none
    function armGuardian() external;

    /// @notice Names the level at which the market is to resume: the first snapshot of a slot `resumeDelay`
    /// seconds from now or later that is within the breaker of it ends the halt. Replaces an announcement and
    /// starts its delay anew. Owner only.
    /// @custom:delay resumeDelay, and an accepted snapshot
    function announceResume(
        uint64[2] calldata indexPricesE4,
        uint64[3] calldata redemptionRatesQ30
    ) external;

    /// @notice The tick `number`, if a proof of it may serve `purpose` now. Reverts otherwise.
    /// @dev One rule: the current tick, or one superseded at most `supersededFor` seconds ago; its snapshot at
    /// most `maxSnapshotAge` seconds old; the market neither halted nor uncertain. For `Cure` the current tick
    /// serves always, also during a halt or an oracle's silence. For all else, a superseded tick serves only if
    /// no headline price moved by more than `jumpBps` since; for `Claim`, it never does. During the grace after
    /// a downtime nothing serves `Open`, `Bid` or `Claim`.
    function admissibleTick(
        uint64 number,
        Purpose purpose
    ) external view returns (CitedTick memory);

    /// @notice The same of any tick ever opened, whether or not it serves anything; nothing but its
    /// number and the clock for one that was not.
    function citedTick(uint64 number) external view returns (CitedTick memory);

    /// @notice Any tick ever opened, for the record; all zero for one that was not.
    function tickAt(uint64 number) external view returns (Tick memory);

    /// @notice The number of the current tick; zero before the first.
    function latestTick() external view returns (uint64);

    /// @notice Whether the market is halted.
    function halted() external view returns (bool);

    /// @notice Whether the guardian can halt.
    function guardianArmed() external view returns (bool);

    /// @notice The clock auctions run on, in seconds; only differences mean anything. It runs from tick to tick,
    /// by at most `maxClockGap` for each, and stands still from a halt to the tick that ends it.
    function marketClock() external view returns (uint64);

    /// @notice What the last accepted snapshot that carried inputs of the margin rule committed to, and its
    /// time; zeros before the first. `IMarginState` steps on these and no others.
    function marginInputs() external view returns (bytes32 inputsHash, uint64 time);

    /// @notice What a new snapshot is held against.
    function state() external view returns (FeedState memory);

    /// @notice The digest the quorum signs for `snapshot`.
    function snapshotDigest(Snapshot calldata snapshot) external view returns (bytes32);

    /// @notice The ledger whose roots ticks bind.
    function ledgerRegistry() external view returns (ILedgerRegistry);

    /// @notice The parameters that ticks bind.
    function riskParameters() external view returns (IRiskParameters);

    /// @notice What judges proofs of headline numbers; zero for a feed that asks for none.
    function medianGate() external view returns (IMedianGate);

    /// @notice Whether a snapshot must come with such a proof.
    function requiresMedianProof() external view returns (bool);

    /// @notice The immutable configuration.
    function config() external view returns (FeedConfig memory);
}
