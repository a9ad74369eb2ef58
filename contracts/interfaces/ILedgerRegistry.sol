// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./IGroth16Verifier.sol";
import {IInbox} from "./IInbox.sol";
import {IMarketFeed} from "./IMarketFeed.sol";
import {IStateTransitionVerifier} from "./IStateTransitionVerifier.sol";

/// @title The accepted ledgers of the rollup, and what they owe to L1's messages
/// @notice Anyone may post a root that the immutable transition verifier accepts, if it consumes what is due:
/// per lane, every message older than `deadline`, or at least `maxMessages` of it. Nobody, the operator
/// included, may post another. Where the sequencer fails, anybody applies the head of the engine lane with a
/// `takeover` proof; where it fails for long, the venue is dead and money leaves as `IVault` says.
/// @dev The mode is computed from the record, never stored, so nothing has to be switched:
/// - *Dead*: no sequencer root for `deadAfter`. A root is accepted only before that, so it is irreversible.
///   Since every sequencer root consumed what was due, no message is ever left for longer than `deadline` more.
/// - *Forced*: the head of the engine lane is overdue, or no sequencer root for `heartbeat`. A head is overdue
///   `deadline` after it was posted or after a root last consumed `maxMessages` of the lane: a backlog that is
///   being worked off is not silence. A forced root moves none of these clocks.
/// - Forced rounds alternate with the sequencer: messages are applied for `forcedRound` seconds from the first
///   one, then only a sequencer root is accepted for `provingTime` + `l1Slack`, or dust would void every proof in flight.
/// Trust assumptions: the transition verifier, the `takeover` key, and the genesis root with its data. Until
/// `bind` the deployer chooses who writes the lanes; readers compare `engine`, `vault` and `marketFeed`.
interface ILedgerRegistry is IInbox {
    enum Mode {
        Normal,
        Forced,
        Dead
    }

    /// @param deadline Age in seconds from which a message must be consumed
    /// @param heartbeat Seconds without a sequencer root after which messages can be forced
    /// @param batchInterval Seconds between the sequencer's roots
    /// @param provingTime Seconds a transition proof takes
    /// @param l1Slack Seconds a proof may take to get into a block
    /// @param forcedRound Seconds for which a round of forced messages is open
    /// @param deadAfter Seconds without a sequencer root after which the venue is dead
    /// @param maxMessages How many messages of a lane a root must be able to consume
    /// @param maxPositions The most positions an account of this venue may hold
    struct RegistryConfig {
        uint32 deadline;
        uint32 heartbeat;
        uint32 batchInterval;
        uint32 provingTime;
        uint32 l1Slack;
        uint32 forcedRound;
        uint32 deadAfter;
        uint16 maxMessages;
        uint8 maxPositions;
    }

    /// @param sequence 1 for the first accepted root, rising by one
    /// @param root Poseidon root of the account tree with the account count bound in
    /// @param accountCount Accounts in the tree; every leaf at or beyond it is empty
    /// @param acceptedAt Block time
    /// @param clock The market clock then
    /// @param bookedThrough Every position whose expiry is at or before this time has been settled into quote
    /// @param engineCount Messages of the engine lane consumed so far
    /// @param userCount Messages of the user lane consumed so far
    /// @param forced Whether it is the root before it with one engine message applied by anybody
    struct Ledger {
        uint64 sequence;
        uint32 accountCount;
        uint256 root;
        uint64 acceptedAt;
        uint64 clock;
        uint64 bookedThrough;
        uint64 engineCount;
        uint64 userCount;
        bool forced;
    }

    /// @notice What a sequencer says of the next ledger; the transition proof is about it.
    /// @param outcomesRoot Over the user messages it consumed, as `Outcomes` hashes them; zero if none
    /// @param releasedE6 As in `LedgerState`; what it has more than the ledger before is of the messages it consumed
    /// @param releasedE8 The same of BTC, ETH and stETH
    struct NextLedger {
        uint256 root;
        uint32 accountCount;
        uint64 engineCount;
        uint64 userCount;
        uint64 bookedThrough;
        bytes32 outcomesRoot;
        uint96 releasedE6;
        uint80[3] releasedE8;
    }

    event VenueBound(
        address indexed marketFeed,
        address indexed engine,
        address indexed vault,
        address guarantee,
        address coinVault
    );
    event RootAccepted(
        uint64 indexed sequence,
        uint256 indexed root,
        uint32 accountCount,
        uint64 engineCount,
        uint64 userCount,
        uint64 bookedThrough,
        bytes32 outcomesRoot,
        uint256 releasedE6,
        uint80[3] releasedE8,
        bytes32 dataHash
    );
    event MessageForced(
        uint64 indexed sequence,
        uint256 indexed root,
        uint64 indexed index,
        address beneficiary,
        uint64 appliedE6
    );

    error InvalidRegistryConfig(bytes32 field);
    error WrongStatement(address verifier, bytes32 expected, bytes32 actual);
    error NotTheDeployer(address caller);
    error AlreadyBound();
    error NotBound();
    error NotOfThisVenue(address component);
    error RootIsZero();
    error RootNotInField(uint256 root);
    error TooManyAccounts(uint256 accountCount, uint256 maximum);
    error CountOutOfRange(Lane lane, uint64 consumed, uint64 next, uint64 posted);
    error BookedThroughWentBackwards(uint64 previous, uint64 next);
    error BookedThroughFromTheFuture(uint64 bookedThrough, uint64 blockTime);
    error OutcomesMismatch(uint64 userMessages, bytes32 outcomesRoot);
    error ReleasedOutOfRange(uint256 previous, uint256 next, uint256 most);
    error CoinReleasedOutOfRange(uint256 coin, uint256 previous, uint256 next, uint256 most);
    error MessagesOverdue(Lane lane, uint64 index, uint64 overdueSince);
    error DataMissing();
    error TransitionRejected(uint256 previousRoot, uint256 newRoot);
    error NotForced();
    error SequencersTurn(uint64 until);
    error NothingToApply();
    error ApplicantIsZero();
    error InvalidTakeoverProof();

    /// @notice Names the venue's other parts, once, before the first root. The deployer only.
    /// @param coinVault Zero of a venue into which no coin can be deposited
    /// @custom:delay none; once
    function bind(
        IMarketFeed marketFeed,
        address engine,
        address vault,
        address guarantee,
        address coinVault
    ) external;

    /// @notice Makes `next` the latest ledger, if it consumes what is due and the transition verifier accepts it.
    /// @param data The published data, if it travels in calldata: its hash is then keccak256 of it. Empty if it
    /// travels in the transaction's blobs: then keccak256 of their versioned hashes, one after the other
    function submitRoot(
        NextLedger calldata next,
        bytes calldata data,
        bytes calldata transitionProof
    ) external;

    /// @notice Applies the head of the engine lane on a `takeover` proof, while the mode is Forced. Within a run the
    /// hash after it has to be kept first (`keepHashes`). Of the proof's signals the first, the latest root, and the
    /// last, the context of `beneficiary`, are put in here: a proof of another ledger or for somebody else fails.
    /// @param hashBefore The hash of the lane before the head, which the proof must be about
    /// @param nextRoot The second signal
    /// @param consumed The third: the message's first word, what was applied of it, and whether it was
    /// @param messageAddress The fourth: the message's second word
    /// @param beneficiary Who is paid the prepaid application; anyone may submit
    function applyMessage(
        bytes32 hashBefore,
        Proof calldata proof,
        uint256 nextRoot,
        uint256 consumed,
        uint256 messageAddress,
        address beneficiary
    ) external;

    /// @notice The latest accepted ledger; all zero before the first one.
    function latest() external view returns (Ledger memory);

    /// @notice Any accepted ledger; all zero for a sequence number that was not reached.
    function ledger(uint64 sequence) external view returns (Ledger memory);

    /// @notice The newest ledger accepted no later than `time`; all zero if there was none.
    function ledgerAt(uint64 time) external view returns (Ledger memory);

    /// @notice Merkle root over the outcomes of the user messages that a ledger consumed; see `Outcomes`.
    function outcomesRoot(uint64 sequence) external view returns (bytes32);

    /// @notice What a ledger and those before it have released, as `LedgerState` says; zero for one that was not reached.
    function releasedE6(uint64 sequence) external view returns (uint256);

    /// @notice The same of BTC, ETH and stETH.
    function releasedE8(uint64 sequence) external view returns (uint80[3] memory);

    /// @notice Whether the ledger `sequence`, and none before it, consumed message `index` of the lane; if so, the
    /// market clock at its checkpoint and whether it was forced.
    function consumption(
        Lane lane,
        uint64 index,
        uint64 sequence
    ) external view returns (bool consumed, uint64 clock, bool forced);

    /// @notice How many messages somebody was named for who applied them by force; the engine owes the prepaid
    /// application of each.
    function forcedFor(address beneficiary) external view returns (uint256);

    /// @notice How many messages of a lane the latest ledger has consumed.
    function consumedCount(Lane lane) external view returns (uint64);

    /// @notice Who may act now.
    function mode() external view returns (Mode);

    /// @notice When the head of a lane becomes (or became) overdue; zero if nothing waits.
    function overdueAt(Lane lane) external view returns (uint64);

    /// @notice The context of a `takeover` proof that pays `beneficiary`:
    /// keccak256(abi.encode(chain id, this contract, keccak256("plimsoll.ledger.apply"), beneficiary)) mod r.
    function applyContext(address beneficiary) external view returns (uint256);

    /// @notice The most positions an account of this venue may hold.
    function maxPositions() external view returns (uint8);

    /// @notice The verifier every sequencer root had to pass.
    function transitionVerifier() external view returns (IStateTransitionVerifier);

    /// @notice The verifier of `takeover` that every forced root had to pass.
    function takeoverVerifier() external view returns (IGroth16Verifier);

    /// @notice The feed whose market clock checkpoints record; zero until the venue is bound.
    function marketFeed() external view returns (IMarketFeed);

    /// @notice Who may have the buffer guarantee; zero until the venue is bound.
    function guarantee() external view returns (address);

    /// @notice The immutable configuration.
    function config() external view returns (RegistryConfig memory);
}
