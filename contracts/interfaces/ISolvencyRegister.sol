// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./IGroth16Verifier.sol";
import {IInbox, Message} from "./IInbox.sol";
import {IMarketFeed} from "./IMarketFeed.sol";
import {ITickErrors} from "./ITickErrors.sol";

/// @notice The messages of a lane that a ledger has not consumed, each once and in order.
/// @param hashBefore The hash of the lane before them
struct UnconsumedMessages {
    bytes32 hashBefore;
    Message[] messages;
}

/// @title The venue's proven solvency, session by session
/// @notice Anybody pins the current tick: what is in custody and in the fund is read then. Anybody hands in the
/// proofs of a session (docs/spec.md §10), each of which leads from a state of the session's sums to the next. A
/// session whose two chains of states are whole is closed against a pin of the tick that it is about: custody must
/// hold what accounts are owed, and the fund is compared with the worst shortfall.
/// @dev A session is its word, which commits to the ledger, the tick, the cut into batches and every challenge:
/// proofs of different words never mix. A state counts as reached if it is the constant start or a proof led there
/// from one that counts. So nobody can block anybody: a proof adds a state and takes none away, any number of sessions
/// run for one tick, and of two sessions of one tick the better bound counts.
/// Defined outcomes: a tick is pinned only while it could be cited, every lane is consumed as it must be and the
/// venue is in its normal mode; what happens later does not touch the pin. A pin not closed in time lapses. A fall
/// below `minCoverageBps` trips the breaker `confirmSeconds` later unless a session of the same tick or a later one
/// shows better, for whoever proves may overstate. No session for `maxAge` seconds: unproven, which whoever reads
/// has to judge.
/// Trust assumptions: those of the proofs (keys, feed quorum, parameter timelock, transition proof) and of the vaults.
interface ISolvencyRegister is ITickErrors {
    /// @param pinSeconds For how long a pin can be closed
    /// @param maxAge Seconds since its tick was pinned for which a session speaks of the venue
    /// @param confirmSeconds From the first close below `minCoverageBps` to the breaker
    /// @param minCoverageBps Least share of the worst shortfall that the fund must hold, in 10^-4
    struct SolvencyConfig {
        uint32 pinSeconds;
        uint32 maxAge;
        uint32 confirmSeconds;
        uint32 minCoverageBps;
    }

    /// @param backingE6 Quote asset that came in for the tick's ledger, less what it has released and messages that it
    /// lacks; escrow and claims are apart
    /// @param fundE6 What of the insurance fund is free
    /// @param coinsE8 The same of BTC, ETH and stETH
    struct Pin {
        uint64 tick;
        uint64 pinnedAt;
        uint64 deadline;
        int256 backingE6;
        uint256 fundE6;
        int80[3] coinsE8;
    }

    /// @notice What the sessions of the newest tick say.
    /// @param coverageBps Fund over worst shortfall, in 10^-4, the best of them; the most that fits if nothing is short
    /// @param shortSince When sessions began to say less than `minCoverageBps`; zero while they do not
    struct Coverage {
        uint64 tick;
        uint64 pinnedAt;
        uint64 shortSince;
        uint64 coverageBps;
    }

    enum Standing {
        Unproven,
        Covered,
        Short
    }

    event TickPinned(
        uint64 indexed pin,
        uint64 indexed tick,
        int256 backingE6,
        uint256 fundE6,
        int80[3] coinsE8,
        uint64 deadline
    );
    event ProofsAccepted(
        uint256 indexed session,
        bytes32 indexed statement,
        uint256 stateBefore,
        uint256 stateAfter,
        uint256 count
    );
    event SessionClosed(
        uint256 indexed session,
        uint64 indexed pin,
        uint64 indexed tick,
        int256 owedE6,
        uint256 uncovered,
        uint256 deficitE6,
        uint256 worstShortfallE6,
        uint256 coverageBps
    );

    error InvalidSolvencyConfig(bytes32 field);
    error NotASessionVerifier(address verifier, bytes32 statement);
    error VerifierTwice(bytes32 statement, uint256 profile);
    error VerifierMissing(bytes32 statement);
    error LedgerOverdue(IInbox.Lane lane, uint64 overdueAt);
    error VenueNotNormal(uint8 mode);
    error WrongMessageCount(IInbox.Lane lane, uint256 unconsumed, uint256 given);
    error NotOfASession(bytes32 statement);
    error UnknownSessionProfile(bytes32 statement, uint256 profile);
    error NoProofs();
    error AnotherSession(uint256 session, uint256 proven);
    error StateNotReached(uint256 session, uint256 state);
    error NotInOrder(uint256 place, uint256 state, uint256 proven);
    error AlreadyAccepted(uint256 session, uint256 state);
    error InvalidSessionProof();
    error UnknownPin(uint64 pin);
    error PinLapsed(uint64 pin, uint64 deadline);
    error WrongTickRoot(uint256 pinned, uint256 proven);
    error WrongTickSnapshot(uint256 pinned, uint256 proven);
    error WrongTickParameters(uint256 pinned, uint256 proven);
    error CustodyShort(uint256 asset, int256 owed, int256 held);
    error NotCovered(Standing standing);

    /// @notice Pins the current tick, with what is in custody now and the messages that its ledger lacks. Anyone.
    function pinTick(
        UnconsumedMessages calldata engineLane,
        UnconsumedMessages calldata userLane
    ) external returns (uint64 pin);

    /// @notice Accepts proofs of one statement, profile and session, each beginning in the state in which the one
    /// before it ends, the first in one that is reached. Anyone, before or after a pin.
    /// @param statement "risk-arrays" or "solvency-batch"
    /// @param profile As the manifest names it: rows, or accounts
    /// @param publicSignals Three of each proof: session, state before, state after
    function submitProofs(
        bytes32 statement,
        uint256 profile,
        Proof[] calldata proofs,
        uint256[] calldata publicSignals
    ) external;

    /// @notice Closes a session against a pin of its tick, if both its states are reached and custody holds what is
    /// owed. Anyone.
    /// @param publicSignals Of `solvency-close`
    function closeSession(
        uint64 pin,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external;

    /// @notice Reverts unless a session of the last `maxAge` seconds shows the venue covered: for gates, and for the
    /// rollup before it lets anybody take on risk.
    function requireCovered() external view;

    /// @notice What the newest sessions say now.
    function standing() external view returns (Standing);

    /// @notice The record behind it; zeros before the first session.
    function coverage() external view returns (Coverage memory);

    /// @notice Any pin; zeros for one that was not made.
    function pinAt(uint64 pin) external view returns (Pin memory);

    /// @notice The number of the latest pin; zero before the first.
    function latestPin() external view returns (uint64);

    /// @notice Whether proofs lead from the start of a session to a state of it.
    function isReached(
        bytes32 statement,
        uint256 session,
        uint256 state
    ) external view returns (bool);

    /// @notice The verifier of a statement of sessions in a profile; zero if it is not deployed.
    function verifierOf(
        bytes32 statement,
        uint256 profile
    ) external view returns (IGroth16Verifier);

    /// @notice The feed whose ticks are pinned.
    function marketFeed() external view returns (IMarketFeed);

    /// @notice The immutable configuration.
    function config() external view returns (SolvencyConfig memory);
}
