// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICoinVault} from "./interfaces/ICoinVault.sol";
import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IInbox, Message} from "./interfaces/IInbox.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {ISolvencyRegister, UnconsumedMessages} from "./interfaces/ISolvencyRegister.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Messages} from "./libraries/Messages.sol";
import {SolvencyCloseSignals} from "./verifiers/SolvencyCloseSignals.sol";

/// @title The venue's proven solvency, session by session
/// @dev Behaviour and trust assumptions: see `ISolvencyRegister`.
contract SolvencyRegister is ISolvencyRegister {
    using Messages for Message;

    bytes32 private constant ROWS = "risk-arrays";
    bytes32 private constant BATCHES = "solvency-batch";
    bytes32 private constant CLOSE = "solvency-close";
    /// @dev Hashes of the states in which every session begins (docs/spec.md §10).
    uint256 private constant ROWS_START =
        17_302_186_158_582_675_183_381_200_038_030_092_240_555_708_150_218_041_835_254_636_034_919_667_363_230;
    uint256 private constant BATCHES_START =
        16_090_957_924_007_044_218_259_751_628_629_857_400_485_599_153_446_202_034_497_140_620_087_096_535_439;
    /// @dev Signals of a proof of rows or of a batch: session, state before, state after.
    uint256 private constant LINK_SIGNALS = 3;
    /// @dev Where the shortfalls stand among the signals of a close, three of 84 bits a word.
    uint256 private constant FIRST_SHORTFALLS = 8;
    uint256 private constant SHORTFALLS = 35;
    uint256 private constant SHORTFALL_BITS = 84;
    uint256 private constant BPS = 10_000;

    /// @inheritdoc ISolvencyRegister
    IMarketFeed public immutable marketFeed;

    ILedgerRegistry private immutable _registry;
    uint32 private immutable _pinSeconds;
    uint32 private immutable _maxAge;
    uint32 private immutable _confirmSeconds;
    uint32 private immutable _minCoverageBps;

    /// @inheritdoc ISolvencyRegister
    uint64 public latestPin;
    Coverage private _coverage;
    mapping(uint64 pin => Pin) private _pins;
    mapping(bytes32 state => bool) private _reached;

    /// @inheritdoc ISolvencyRegister
    mapping(bytes32 statement => mapping(uint256 profile => IGroth16Verifier)) public verifierOf;

    /// @param verifiers Of the three statements of sessions, in whichever profiles; each tells which it is
    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[] memory verifiers,
        SolvencyConfig memory config_
    ) {
        require(config_.pinSeconds != 0, InvalidSolvencyConfig("pinSeconds"));
        // A session that is closed at the last moment must still say something.
        require(config_.maxAge > config_.pinSeconds, InvalidSolvencyConfig("maxAge"));
        require(config_.minCoverageBps != 0, InvalidSolvencyConfig("minCoverageBps"));
        (marketFeed, _registry) = (marketFeed_, marketFeed_.ledgerRegistry());
        (_pinSeconds, _maxAge) = (config_.pinSeconds, config_.maxAge);
        (_confirmSeconds, _minCoverageBps) = (config_.confirmSeconds, config_.minCoverageBps);
        uint256[3] memory counts;
        for (uint256 i = 0; i < verifiers.length; ++i) {
            ++counts[_addVerifier(verifiers[i])];
        }
        require(counts[0] != 0, VerifierMissing(ROWS));
        require(counts[1] != 0, VerifierMissing(BATCHES));
        require(counts[2] != 0, VerifierMissing(CLOSE));
    }

    /// @inheritdoc ISolvencyRegister
    function pinTick(
        UnconsumedMessages calldata engineLane,
        UnconsumedMessages calldata userLane
    ) external returns (uint64 pin) {
        uint64 tick = marketFeed.latestTick();
        // Refused where the market is halted or uncertain, or the tick too old.
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            tick,
            IMarketFeed.Purpose.Withdraw
        );
        _requireInTime();
        ILedgerRegistry.Ledger memory ledger = _registry.ledger(cited.ledgerSequence);
        (uint256 unbookedE6, uint256[3] memory unbookedE8) = _unbookedByUsers(
            ledger.userCount,
            userLane
        );
        unbookedE6 += _unbookedByEngine(ledger.engineCount, engineLane);
        Pin memory made = Pin({
            tick: tick,
            pinnedAt: uint64(block.timestamp),
            deadline: uint64(block.timestamp) + _pinSeconds,
            backingE6: _backingE6(cited.ledgerSequence, unbookedE6),
            fundE6: ILiquidationEngine(_registry.engine()).insuranceFund().freeE6(),
            coinsE8: _coinsE8(cited.ledgerSequence, unbookedE8)
        });
        pin = ++latestPin;
        _pins[pin] = made;
        emit TickPinned(pin, tick, made.backingE6, made.fundE6, made.coinsE8, made.deadline);
    }

    /// @inheritdoc ISolvencyRegister
    function submitProofs(
        bytes32 statement,
        uint256 profile,
        Proof[] calldata proofs,
        uint256[] calldata publicSignals
    ) external {
        require(statement == ROWS || statement == BATCHES, NotOfASession(statement));
        require(proofs.length != 0, NoProofs());
        uint256 expected = proofs.length * LINK_SIGNALS;
        require(
            publicSignals.length == expected,
            SolvencyCloseSignals.WrongSignalCount(expected, publicSignals.length)
        );
        uint256 session = publicSignals[0];
        uint256 before = publicSignals[1];
        require(isReached(statement, session, before), StateNotReached(session, before));
        uint256 state = before;
        for (uint256 i = 0; i < expected; i += LINK_SIGNALS) {
            require(publicSignals[i] == session, AnotherSession(session, publicSignals[i]));
            require(
                publicSignals[i + 1] == state,
                NotInOrder(i / LINK_SIGNALS, state, publicSignals[i + 1])
            );
            state = publicSignals[i + 2];
        }
        bytes32 key = _keyOf(statement, session, state);
        require(!_reached[key], AlreadyAccepted(session, state));
        IGroth16Verifier verifier = verifierOf[statement][profile];
        require(address(verifier) != address(0), UnknownSessionProfile(statement, profile));
        // A signal outside the field is refused there.
        require(
            proofs.length == 1
                ? verifier.verify(proofs[0], publicSignals)
                : verifier.verifyMany(proofs, publicSignals),
            InvalidSessionProof()
        );

        _reached[key] = true;
        emit ProofsAccepted(session, statement, before, state, proofs.length);
    }

    /// @inheritdoc ISolvencyRegister
    function closeSession(
        uint64 pin,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external {
        Pin memory pinned = _pins[pin];
        require(pinned.tick != 0, UnknownPin(pin));
        require(block.timestamp <= pinned.deadline, PinLapsed(pin, pinned.deadline));
        SolvencyCloseSignals.Signals memory closed = SolvencyCloseSignals.read(publicSignals);
        _requireOf(pinned.tick, closed);
        _requireReached(ROWS, closed.session, closed.arraysState);
        _requireReached(BATCHES, closed.session, closed.batchesState);
        _requireCustody(pinned, closed);
        require(verifierOf[CLOSE][0].verify(proof, publicSignals), InvalidSessionProof());

        uint256 worstE6 = _worstShortfall(publicSignals);
        uint64 coverageBps_ = _coverageOf(pinned.fundE6, worstE6);
        _record(pinned, coverageBps_);
        emit SessionClosed(
            closed.session,
            pin,
            pinned.tick,
            closed.quoteE6,
            closed.uncovered,
            closed.deficitE6,
            worstE6,
            coverageBps_
        );
    }

    /// @inheritdoc ISolvencyRegister
    function requireCovered() external view {
        Standing now_ = standing();
        require(now_ == Standing.Covered, NotCovered(now_));
    }

    /// @inheritdoc ISolvencyRegister
    function coverage() external view returns (Coverage memory) {
        return _coverage;
    }

    /// @inheritdoc ISolvencyRegister
    function pinAt(uint64 pin) external view returns (Pin memory) {
        return _pins[pin];
    }

    /// @inheritdoc ISolvencyRegister
    function config() external view returns (SolvencyConfig memory) {
        return
            SolvencyConfig({
                pinSeconds: _pinSeconds,
                maxAge: _maxAge,
                confirmSeconds: _confirmSeconds,
                minCoverageBps: _minCoverageBps
            });
    }

    /// @inheritdoc ISolvencyRegister
    function standing() public view returns (Standing) {
        Coverage memory last = _coverage;
        if (last.tick == 0 || block.timestamp > uint256(last.pinnedAt) + _maxAge) {
            return Standing.Unproven;
        }
        bool isShort =
            last.shortSince != 0 && block.timestamp >= uint256(last.shortSince) + _confirmSeconds;
        return isShort ? Standing.Short : Standing.Covered;
    }

    /// @inheritdoc ISolvencyRegister
    function isReached(
        bytes32 statement,
        uint256 session,
        uint256 state
    ) public view returns (bool) {
        if (statement == ROWS && state == ROWS_START) return true;
        if (statement == BATCHES && state == BATCHES_START) return true;
        return _reached[_keyOf(statement, session, state)];
    }

    /// @return kind Which of the three statements it is of
    function _addVerifier(IGroth16Verifier verifier) private returns (uint256 kind) {
        bytes32 statement = verifier.statement();
        if (statement == ROWS) kind = 0;
        else if (statement == BATCHES) kind = 1;
        else if (statement == CLOSE) kind = 2;
        else revert NotASessionVerifier(address(verifier), statement);
        uint256 profile = verifier.positions();
        require(
            address(verifierOf[statement][profile]) == address(0),
            VerifierTwice(statement, profile)
        );
        verifierOf[statement][profile] = verifier;
    }

    /// @dev Of the newest tick; of sessions of one tick the best, for each is a bound from above.
    function _record(Pin memory pinned, uint64 coverageBps_) private {
        Coverage memory last = _coverage;
        if (pinned.tick < last.tick) return;
        if (pinned.tick > last.tick) {
            (last.tick, last.pinnedAt, last.coverageBps) = (
                pinned.tick,
                pinned.pinnedAt,
                coverageBps_
            );
        } else if (coverageBps_ > last.coverageBps) {
            last.coverageBps = coverageBps_;
        }
        if (last.coverageBps >= _minCoverageBps) last.shortSince = 0;
        else if (last.shortSince == 0) last.shortSince = uint64(block.timestamp);
        _coverage = last;
    }

    /// @dev What came in for the ledger is every deposit made, every credit of a cure and every credit of a takeover that
    /// was closed. Of that, a ledger's accounts have what it credited less what it took off. The rest are messages
    /// that it lacks (`unbookedE6`), and deposits that it refused and withdrawals that it took off (`releasedE6`).
    /// A claim, a settlement or a refund moves what is held to what has left it, whose sum is what came in: nothing here
    /// changes by it, whether this ledger released the amount or a later one, in which case this one still owes it.
    /// Too low where a takeover that the ledger consumed is not closed, for what it pays is in escrow; too high by what
    /// a cure or a takeover credits to a balance beyond 2^63, which no account of this world has.
    function _backingE6(uint64 sequence, uint256 unbookedE6) private view returns (int256) {
        uint256 receivedE6 = IVault(_registry.vault()).receivedE6();
        return int256(receivedE6) - int256(_registry.releasedE6(sequence)) - int256(unbookedE6);
    }

    /// @dev The ledger must have what L1 told it in time, or what is held would be compared with a past.
    function _requireInTime() private view {
        ILedgerRegistry.Mode mode = _registry.mode();
        require(mode == ILedgerRegistry.Mode.Normal, VenueNotNormal(uint8(mode)));
        // A lane of engine messages that is overdue is another mode already.
        uint64 overdueAt = _registry.overdueAt(IInbox.Lane.User);
        require(
            overdueAt == 0 || block.timestamp <= overdueAt,
            LedgerOverdue(IInbox.Lane.User, overdueAt)
        );
    }

    /// @dev What a cure paid is held at once. What a takeover pays is in escrow until it is closed, which a ledger
    /// has to have consumed it for: then it may be held, though the ledger of the tick lacks it.
    function _unbookedByEngine(
        uint64 consumed,
        UnconsumedMessages calldata given
    ) private view returns (uint256 amountE6) {
        _requireAll(IInbox.Lane.Engine, consumed, given);
        uint256 closable = _registry.consumedCount(IInbox.Lane.Engine) - consumed;
        for (uint256 i = 0; i < given.messages.length; ++i) {
            uint8 kind = given.messages[i].kindOf();
            if (kind == Messages.UNFREEZE || (kind == Messages.TAKEOVER && i < closable)) {
                amountE6 += given.messages[i].amountOf();
            }
        }
    }

    function _unbookedByUsers(
        uint64 consumed,
        UnconsumedMessages calldata given
    ) private view returns (uint256 amountE6, uint256[3] memory amountsE8) {
        _requireAll(IInbox.Lane.User, consumed, given);
        for (uint256 i = 0; i < given.messages.length; ++i) {
            uint8 kind = given.messages[i].kindOf();
            uint256 amount = given.messages[i].amountOf();
            if (kind == Messages.DEPOSIT) amountE6 += amount;
            (bool isOne, uint256 coin) = Messages.coinDeposited(kind);
            if (isOne) amountsE8[coin] += amount;
        }
    }

    /// @dev Each from the first unconsumed to the last sent, once.
    function _requireAll(
        IInbox.Lane lane,
        uint64 consumed,
        UnconsumedMessages calldata given
    ) private view {
        uint256 unconsumed = _registry.laneCount(lane) - consumed;
        require(
            given.messages.length == unconsumed,
            WrongMessageCount(lane, unconsumed, given.messages.length)
        );
        if (unconsumed == 0) return;
        _registry.requireRun(lane, consumed, given.hashBefore, given.messages);
    }

    /// @dev As `_backingE6`, coin by coin; all that messages carry of one is below 2^79. Nothing where no coin can be
    /// deposited.
    function _coinsE8(
        uint64 sequence,
        uint256[3] memory unbookedE8
    ) private view returns (int80[3] memory coinsE8) {
        ICoinVault coinVault = ICoinVault(_registry.coinVault());
        if (address(coinVault) == address(0)) return coinsE8;
        uint80[3] memory releasedE8 = _registry.releasedE8(sequence);
        for (uint256 i = 0; i < coinsE8.length; ++i) {
            int256 backingE8 =
                int256(coinVault.receivedE8(i)) -
                    int256(uint256(releasedE8[i])) -
                    int256(unbookedE8[i]);
            coinsE8[i] = int80(backingE8);
        }
    }

    function _requireOf(uint64 tick, SolvencyCloseSignals.Signals memory closed) private view {
        IMarketFeed.Tick memory pinned = marketFeed.tickAt(tick);
        require(
            closed.ledgerRoot == pinned.ledgerRoot,
            WrongTickRoot(pinned.ledgerRoot, closed.ledgerRoot)
        );
        require(
            closed.snapshotHash == pinned.snapshotHash,
            WrongTickSnapshot(pinned.snapshotHash, closed.snapshotHash)
        );
        require(
            closed.parameterHash == pinned.parameterHash,
            WrongTickParameters(pinned.parameterHash, closed.parameterHash)
        );
    }

    function _requireReached(bytes32 statement, uint256 session, uint256 state) private view {
        require(isReached(statement, session, state), StateNotReached(session, state));
    }

    function _coverageOf(uint256 fundE6, uint256 worstE6) private pure returns (uint64) {
        if (worstE6 == 0) return type(uint64).max;
        return uint64(Math.min(Math.mulDiv(fundE6, BPS, worstE6), type(uint64).max));
    }

    /// @param publicSignals Whose widths `SolvencyCloseSignals.read` has checked
    function _worstShortfall(
        uint256[] calldata publicSignals
    ) private pure returns (uint256 worstE6) {
        uint256 mask = (1 << SHORTFALL_BITS) - 1;
        for (uint256 i = 0; i < SHORTFALLS; ++i) {
            uint256 word = publicSignals[FIRST_SHORTFALLS + i / 3];
            worstE6 = Math.max(worstE6, (word >> (SHORTFALL_BITS * (i % 3))) & mask);
        }
    }

    /// @dev 0 the quote asset in 10^-6, from 1 on the coins in 10^-8.
    function _requireCustody(
        Pin memory pinned,
        SolvencyCloseSignals.Signals memory closed
    ) private pure {
        int256 backingE6 = pinned.backingE6;
        require(backingE6 >= closed.quoteE6, CustodyShort(0, closed.quoteE6, backingE6));
        uint256[3] memory owedE8 = [closed.btcE8, closed.ethE8, closed.stEthE8];
        for (uint256 i = 0; i < owedE8.length; ++i) {
            (int256 owed, int256 held) = (int256(owedE8[i]), pinned.coinsE8[i]);
            require(held >= owed, CustodyShort(i + 1, owed, held));
        }
    }

    function _keyOf(
        bytes32 statement,
        uint256 session,
        uint256 state
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(statement, session, state));
    }
}
