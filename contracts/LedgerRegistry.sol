// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Inbox} from "./base/Inbox.sol";
import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarginGuarantee} from "./interfaces/IMarginGuarantee.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {
    IStateTransitionVerifier,
    LedgerState,
    Transition
} from "./interfaces/IStateTransitionVerifier.sol";
import {IInboxVault} from "./interfaces/IInboxVault.sol";
import {Messages} from "./libraries/Messages.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {TakeoverSignals} from "./verifiers/TakeoverSignals.sol";

/// @title The accepted ledgers of the rollup
/// @dev Behaviour and trust assumptions: see `ILedgerRegistry`.
contract LedgerRegistry is ILedgerRegistry, Inbox {
    bytes32 private constant TAKEOVER = "takeover";
    bytes32 private constant APPLY = keccak256("plimsoll.ledger.apply");
    /// @dev The ledger tree has 2^24 leaves.
    uint256 private constant MAX_ACCOUNTS = 1 << 24;
    /// @dev In the third signal of `takeover`, after the 128 bits of the message.
    uint256 private constant APPLIED_AT = 128;
    /// @dev What a leaf can commit to.
    uint8 private constant MOST_POSITIONS = 64;

    /// @dev One slot beside the root; times of 32 bits last until 2106. `sequencerRootAt`: when the sequencer's last
    /// root was accepted (it stands with the engine's lane, too). For that root this is `acceptedAt`, for the forced
    /// ones after it an earlier time, for in the block of a root no head is overdue. `roundStartedAt`: of the last
    /// round of forced messages.
    struct Checkpoint {
        uint32 accountCount;
        uint32 acceptedAt;
        uint32 clock;
        uint32 bookedThrough;
        uint32 engineCount;
        uint32 userCount;
        uint32 sequencerRootAt;
        uint32 roundStartedAt;
    }

    /// @dev One slot. `engineCaughtUpAt` and `userCaughtUpAt`: when a root last consumed `maxMessages` of the lane.
    struct Progress {
        IMarketFeed marketFeed;
        uint32 sequence;
        uint32 engineCaughtUpAt;
        uint32 userCaughtUpAt;
    }

    /// @dev As in `LedgerState`.
    struct Released {
        uint96 quoteE6;
        uint80[3] coinsE8;
    }

    /// @inheritdoc ILedgerRegistry
    IStateTransitionVerifier public immutable transitionVerifier;
    /// @inheritdoc ILedgerRegistry
    IGroth16Verifier public immutable takeoverVerifier;
    /// @inheritdoc ILedgerRegistry
    uint8 public immutable maxPositions;
    /// @inheritdoc ILedgerRegistry
    address public guarantee;

    address private immutable _deployer;
    uint32 private immutable _deadline;
    uint32 private immutable _heartbeat;
    uint32 private immutable _batchInterval;
    uint32 private immutable _provingTime;
    uint32 private immutable _l1Slack;
    uint32 private immutable _forcedRound;
    uint32 private immutable _deadAfter;
    uint16 private immutable _maxMessages;

    Progress private _progress;
    mapping(uint64 sequence => uint256) private _roots;
    mapping(uint64 sequence => Checkpoint) private _checkpoints;
    /// @dev By how many user messages were consumed, for they alone release anything: neither a heartbeat nor a forced
    /// root has anything to keep here, or to say.
    mapping(uint64 userCount => uint256) private _releasedE6;
    /// @dev One slot, zero and never written where no coin was released.
    mapping(uint64 userCount => uint80[3]) private _releasedE8;

    /// @inheritdoc ILedgerRegistry
    mapping(uint64 sequence => bytes32) public outcomesRoot;
    /// @inheritdoc ILedgerRegistry
    mapping(address beneficiary => uint256) public forcedFor;

    constructor(
        IStateTransitionVerifier transitionVerifier_,
        IGroth16Verifier takeoverVerifier_,
        RegistryConfig memory config_
    ) {
        bytes32 statement = takeoverVerifier_.statement();
        require(
            statement == TAKEOVER,
            WrongStatement(address(takeoverVerifier_), TAKEOVER, statement)
        );
        require(
            address(transitionVerifier_).code.length != 0,
            NotOfThisVenue(address(transitionVerifier_))
        );
        uint256 turnaround = uint256(config_.batchInterval) + config_.provingTime + config_.l1Slack;
        require(config_.provingTime != 0, InvalidRegistryConfig("provingTime"));
        // A root that was right when its proof was begun must not be refused when it arrives.
        require(config_.deadline >= turnaround, InvalidRegistryConfig("deadline"));
        require(config_.heartbeat >= turnaround, InvalidRegistryConfig("heartbeat"));
        require(config_.forcedRound != 0, InvalidRegistryConfig("forcedRound"));
        require(
            config_.deadAfter > uint256(config_.heartbeat) + config_.deadline,
            InvalidRegistryConfig("deadAfter")
        );
        require(config_.maxMessages != 0, InvalidRegistryConfig("maxMessages"));
        require(
            config_.maxPositions != 0 && config_.maxPositions <= MOST_POSITIONS,
            InvalidRegistryConfig("maxPositions")
        );
        transitionVerifier = transitionVerifier_;
        takeoverVerifier = takeoverVerifier_;
        maxPositions = config_.maxPositions;
        _deployer = msg.sender;
        _deadline = config_.deadline;
        _heartbeat = config_.heartbeat;
        _batchInterval = config_.batchInterval;
        _provingTime = config_.provingTime;
        _l1Slack = config_.l1Slack;
        _forcedRound = config_.forcedRound;
        _deadAfter = config_.deadAfter;
        _maxMessages = config_.maxMessages;
    }

    /// @inheritdoc ILedgerRegistry
    function bind(
        IMarketFeed marketFeed_,
        address engine_,
        address vault_,
        address guarantee_,
        address coinVault_
    ) external {
        require(msg.sender == _deployer, NotTheDeployer(msg.sender));
        require(address(_progress.marketFeed) == address(0), AlreadyBound());
        require(
            address(marketFeed_.ledgerRegistry()) == address(this),
            NotOfThisVenue(address(marketFeed_))
        );
        ILiquidationEngine liquidationEngine = ILiquidationEngine(engine_);
        require(
            address(liquidationEngine.marketFeed()) == address(marketFeed_) &&
                address(liquidationEngine.vault()) == vault_,
            NotOfThisVenue(engine_)
        );
        require(
            address(IInboxVault(vault_).ledgerRegistry()) == address(this),
            NotOfThisVenue(vault_)
        );
        require(
            address(IMarginGuarantee(guarantee_).engine()) == engine_,
            NotOfThisVenue(guarantee_)
        );
        require(
            coinVault_ == address(0) ||
                address(IInboxVault(coinVault_).ledgerRegistry()) == address(this),
            NotOfThisVenue(coinVault_)
        );

        _progress.marketFeed = marketFeed_;
        guarantee = guarantee_;
        _engineLane.writer = engine_;
        _userLane.writer = vault_;
        coinVault = coinVault_;
        emit VenueBound(address(marketFeed_), engine_, vault_, guarantee_, coinVault_);
    }

    /// @inheritdoc ILedgerRegistry
    function submitRoot(
        NextLedger calldata next,
        bytes calldata data,
        bytes calldata transitionProof
    ) external {
        Progress memory progress = _progress;
        Checkpoint memory previous = _checkpoints[progress.sequence];
        require(address(progress.marketFeed) != address(0), NotBound());
        _requireAlive(previous.sequencerRootAt);
        Released memory before = Released({
            quoteE6: uint96(_releasedE6[previous.userCount]),
            coinsE8: _releasedE8[previous.userCount]
        });
        _requireWellFormed(previous, before, next);
        bool engineCaughtUp = _requireLawful(Lane.Engine, previous.engineCount, next.engineCount);
        bool userCaughtUp = _requireLawful(Lane.User, previous.userCount, next.userCount);
        bytes32 dataHash = _hashOfData(data);
        _requireRight(progress.sequence, previous, before, next, dataHash, transitionProof);

        if (engineCaughtUp) _progress.engineCaughtUpAt = uint32(block.timestamp);
        if (userCaughtUp) _progress.userCaughtUpAt = uint32(block.timestamp);
        _accept(progress, previous.roundStartedAt, next, dataHash);
    }

    /// @inheritdoc ILedgerRegistry
    function applyMessage(
        bytes32 hashBefore,
        Proof calldata proof,
        uint256 nextRoot,
        uint256 consumed,
        uint256 messageAddress,
        address beneficiary
    ) external {
        Progress memory progress = _progress;
        Checkpoint memory checkpoint = _checkpoints[progress.sequence];
        uint64 index = checkpoint.engineCount;
        require(_modeAt(progress, checkpoint) == Mode.Forced, NotForced());
        _enterRound(checkpoint);
        _requireHead(index, _chainedWords(hashBefore, uint128(consumed), messageAddress));
        require(beneficiary != address(0), ApplicantIsZero());
        uint256[] memory signals = new uint256[](TakeoverSignals.COUNT);
        signals[0] = _roots[progress.sequence];
        signals[1] = nextRoot;
        signals[2] = consumed;
        signals[3] = messageAddress;
        signals[4] = applyContext(beneficiary);
        // It refuses what is no field element, and the circuit what is beyond the fields of `consumed`.
        require(takeoverVerifier.verify(proof, signals), InvalidTakeoverProof());

        // One more each time: none of the three can come to the end of its type.
        unchecked {
            ++progress.sequence;
            ++checkpoint.engineCount;
            ++forcedFor[beneficiary];
        }
        checkpoint.acceptedAt = uint32(block.timestamp);
        checkpoint.clock = uint32(progress.marketFeed.marketClock());
        _progress.sequence = progress.sequence;
        _record(progress.sequence, nextRoot, checkpoint);
        emit MessageForced(
            progress.sequence,
            nextRoot,
            index,
            beneficiary,
            uint64(consumed >> APPLIED_AT)
        );
    }

    /// @inheritdoc ILedgerRegistry
    function latest() external view returns (Ledger memory) {
        return ledger(_progress.sequence);
    }

    /// @inheritdoc ILedgerRegistry
    function ledgerAt(uint64 time) external view returns (Ledger memory) {
        uint64 high = _progress.sequence;
        if (high == 0 || _checkpoints[high].acceptedAt <= time) return ledger(high);
        // Back in doubling steps, for the answer is near the end: then `low` is accepted in time, `high` is not.
        uint64 step = 1;
        uint64 low = high - 1;
        while (low != 0 && _checkpoints[low].acceptedAt > time) {
            high = low;
            step *= 2;
            low = step < low ? low - step : 0;
        }
        while (high - low > 1) {
            uint64 middle = (low + high) / 2;
            if (_checkpoints[middle].acceptedAt <= time) low = middle;
            else high = middle;
        }
        return ledger(low);
    }

    /// @inheritdoc ILedgerRegistry
    function consumption(
        Lane lane,
        uint64 index,
        uint64 sequence
    ) external view returns (bool consumed, uint64 clock, bool forced) {
        if (sequence == 0 || sequence > _progress.sequence) return (false, 0, false);
        Checkpoint memory before = _checkpoints[sequence - 1];
        Checkpoint memory checkpoint = _checkpoints[sequence];
        consumed = index >= _countIn(before, lane) && index < _countIn(checkpoint, lane);
        if (consumed) (clock, forced) = (checkpoint.clock, _isForced(checkpoint));
    }

    /// @inheritdoc ILedgerRegistry
    function consumedCount(Lane lane) external view returns (uint64) {
        return _countIn(_checkpoints[_progress.sequence], lane);
    }

    /// @inheritdoc ILedgerRegistry
    function releasedE6(uint64 sequence) external view returns (uint256) {
        return _releasedE6[_checkpoints[sequence].userCount];
    }

    /// @inheritdoc ILedgerRegistry
    function releasedE8(uint64 sequence) external view returns (uint80[3] memory) {
        return _releasedE8[_checkpoints[sequence].userCount];
    }

    /// @inheritdoc ILedgerRegistry
    function marketFeed() external view returns (IMarketFeed) {
        return _progress.marketFeed;
    }

    /// @inheritdoc ILedgerRegistry
    function config() external view returns (RegistryConfig memory) {
        return
            RegistryConfig({
                deadline: _deadline,
                heartbeat: _heartbeat,
                batchInterval: _batchInterval,
                provingTime: _provingTime,
                l1Slack: _l1Slack,
                forcedRound: _forcedRound,
                deadAfter: _deadAfter,
                maxMessages: _maxMessages,
                maxPositions: maxPositions
            });
    }

    /// @inheritdoc ILedgerRegistry
    function ledger(uint64 sequence) public view returns (Ledger memory) {
        Checkpoint memory checkpoint = _checkpoints[sequence];
        return
            Ledger({
                sequence: checkpoint.acceptedAt == 0 ? 0 : sequence,
                accountCount: checkpoint.accountCount,
                root: _roots[sequence],
                acceptedAt: checkpoint.acceptedAt,
                clock: checkpoint.clock,
                bookedThrough: checkpoint.bookedThrough,
                engineCount: checkpoint.engineCount,
                userCount: checkpoint.userCount,
                forced: _isForced(checkpoint)
            });
    }

    /// @inheritdoc ILedgerRegistry
    function mode() public view returns (Mode) {
        Progress memory progress = _progress;
        return _modeAt(progress, _checkpoints[progress.sequence]);
    }

    /// @inheritdoc ILedgerRegistry
    function overdueAt(Lane lane) public view returns (uint64) {
        Progress memory progress = _progress;
        return _overdueAt(progress, lane, _countIn(_checkpoints[progress.sequence], lane));
    }

    /// @inheritdoc ILedgerRegistry
    function applyContext(address beneficiary) public view returns (uint256) {
        return
            uint256(keccak256(abi.encode(block.chainid, address(this), APPLY, beneficiary))) %
            ScalarField.MODULUS;
    }

    function _requireAlive(uint256 lastSequencerRootAt) internal view override {
        require(
            lastSequencerRootAt == 0 || block.timestamp <= lastSequencerRootAt + _deadAfter,
            VenueIsDead()
        );
    }

    /// @param last Of the latest ledger
    function _modeAt(Progress memory progress, Checkpoint memory last) private view returns (Mode) {
        uint256 lastRootAt = last.sequencerRootAt;
        // Before the first root there is nothing to force and nobody to exit.
        if (lastRootAt == 0) return Mode.Normal;
        if (block.timestamp > lastRootAt + _deadAfter) return Mode.Dead;
        if (block.timestamp > lastRootAt + _heartbeat) return Mode.Forced;
        uint64 overdue = _overdueAt(progress, Lane.Engine, last.engineCount);
        return overdue != 0 && block.timestamp > overdue ? Mode.Forced : Mode.Normal;
    }

    function _overdueAt(
        Progress memory progress,
        Lane lane,
        uint64 head
    ) private view returns (uint64) {
        // Of a message that was not sent there is no time.
        uint64 posted = _postedAt(lane, head);
        if (posted == 0) return 0;
        uint64 caughtUpAt =
            lane == Lane.Engine ? progress.engineCaughtUpAt : progress.userCaughtUpAt;
        return (posted > caughtUpAt ? posted : caughtUpAt) + _deadline;
    }

    /// @param hashAfter What the lane's hash after its head must be
    function _requireHead(uint64 index, bytes32 hashAfter) private view {
        // A hash that is kept says that there is a head, without a look at the count.
        if (_isHash(Lane.Engine, index + 1, hashAfter)) return;
        require(index < _engineLane.count, NothingToApply());
        require(
            hashAfter == _keptHash(Lane.Engine, index + 1),
            MessageMismatch(uint8(Lane.Engine), index)
        );
    }

    /// @dev A round is open for `forcedRound` from its first message; the next one begins when a proof that was begun
    /// at its end can have been posted.
    function _enterRound(Checkpoint memory checkpoint) private view {
        uint256 closesAt = uint256(checkpoint.roundStartedAt) + _forcedRound;
        if (block.timestamp < closesAt) return;
        uint256 nextAt = closesAt + _provingTime + _l1Slack;
        require(block.timestamp >= nextAt, SequencersTurn(uint64(nextAt)));
        checkpoint.roundStartedAt = uint32(block.timestamp);
    }

    function _requireWellFormed(
        Checkpoint memory previous,
        Released memory before,
        NextLedger calldata next
    ) private view {
        require(next.root != 0, RootIsZero());
        require(next.root < ScalarField.MODULUS, RootNotInField(next.root));
        require(
            next.accountCount <= MAX_ACCOUNTS,
            TooManyAccounts(next.accountCount, MAX_ACCOUNTS)
        );
        require(
            next.bookedThrough >= previous.bookedThrough,
            BookedThroughWentBackwards(previous.bookedThrough, next.bookedThrough)
        );
        require(
            next.bookedThrough <= block.timestamp,
            BookedThroughFromTheFuture(next.bookedThrough, uint64(block.timestamp))
        );
        _requireCount(Lane.Engine, previous.engineCount, next.engineCount);
        _requireCount(Lane.User, previous.userCount, next.userCount);
        uint64 userMessages = next.userCount - previous.userCount;
        require(
            (userMessages == 0) == (next.outcomesRoot == 0),
            OutcomesMismatch(userMessages, next.outcomesRoot)
        );
        // Whether it is right to the unit is the transition proof's; below 2^95 for all messages that a lane holds.
        uint256 mostE6 = before.quoteE6 + userMessages * Messages.MAX_AMOUNT_E6;
        require(
            next.releasedE6 >= before.quoteE6 && next.releasedE6 <= mostE6,
            ReleasedOutOfRange(before.quoteE6, next.releasedE6, mostE6)
        );
        for (uint256 i = 0; i < Messages.COINS; ++i) {
            uint256 beforeE8 = before.coinsE8[i];
            uint256 mostE8 = beforeE8 + userMessages * Messages.MAX_COIN_AMOUNT_E8;
            require(
                next.releasedE8[i] >= beforeE8 && next.releasedE8[i] <= mostE8,
                CoinReleasedOutOfRange(i, beforeE8, next.releasedE8[i], mostE8)
            );
        }
    }

    function _requireCount(Lane lane, uint64 consumed, uint64 next) private view {
        uint64 posted = laneCount(lane);
        require(next >= consumed && next <= posted, CountOutOfRange(lane, consumed, next, posted));
    }

    /// @return caughtUp Whether it consumed as much as can be asked of one root
    function _requireLawful(
        Lane lane,
        uint64 consumed,
        uint64 next
    ) private view returns (bool caughtUp) {
        caughtUp = next - consumed >= _maxMessages;
        if (caughtUp || next == laneCount(lane)) return caughtUp;
        uint64 overdueSince = _postedAt(lane, next) + _deadline;
        require(block.timestamp <= overdueSince, MessagesOverdue(lane, next, overdueSince));
    }

    function _requireRight(
        uint64 sequence,
        Checkpoint memory previous,
        Released memory before,
        NextLedger calldata next,
        bytes32 dataHash,
        bytes calldata transitionProof
    ) private view {
        Transition memory transition;
        transition.chainId = block.chainid;
        transition.venue = address(this);
        transition.maxPositions = maxPositions;
        transition.previous = _stateOf(
            _roots[sequence],
            previous.accountCount,
            previous.engineCount,
            previous.userCount,
            previous.bookedThrough,
            before
        );
        transition.next = _stateOf(
            next.root,
            next.accountCount,
            next.engineCount,
            next.userCount,
            next.bookedThrough,
            Released({quoteE6: next.releasedE6, coinsE8: next.releasedE8})
        );
        transition.outcomesRoot = next.outcomesRoot;
        transition.dataHash = dataHash;
        require(
            transitionVerifier.verifyTransition(transition, transitionProof),
            TransitionRejected(transition.previous.root, next.root)
        );
    }

    function _accept(
        Progress memory progress,
        uint32 roundStartedAt,
        NextLedger calldata next,
        bytes32 dataHash
    ) private {
        progress.sequence += 1;
        _progress.sequence = progress.sequence;
        _engineLane.lastSequencerRootAt = uint40(block.timestamp);
        // Counts are at most those posted, of 32 bits each; the time booked through is not in the future.
        Checkpoint memory checkpoint = Checkpoint({
            accountCount: next.accountCount,
            acceptedAt: uint32(block.timestamp),
            clock: uint32(progress.marketFeed.marketClock()),
            bookedThrough: uint32(next.bookedThrough),
            engineCount: uint32(next.engineCount),
            userCount: uint32(next.userCount),
            sequencerRootAt: uint32(block.timestamp),
            roundStartedAt: roundStartedAt
        });
        _record(progress.sequence, next.root, checkpoint);
        if (next.outcomesRoot != 0) {
            outcomesRoot[progress.sequence] = next.outcomesRoot;
            _releasedE6[next.userCount] = next.releasedE6;
            if (next.releasedE8[0] | next.releasedE8[1] | next.releasedE8[2] != 0) {
                _releasedE8[next.userCount] = next.releasedE8;
            }
        }
        emit RootAccepted(
            progress.sequence,
            next.root,
            next.accountCount,
            next.engineCount,
            next.userCount,
            next.bookedThrough,
            next.outcomesRoot,
            next.releasedE6,
            next.releasedE8,
            dataHash
        );
    }

    function _record(uint64 sequence, uint256 root, Checkpoint memory checkpoint) private {
        _roots[sequence] = root;
        _checkpoints[sequence] = checkpoint;
    }

    function _isForced(Checkpoint memory checkpoint) private pure returns (bool) {
        return checkpoint.acceptedAt != checkpoint.sequencerRootAt;
    }

    function _countIn(Checkpoint memory checkpoint, Lane lane) private pure returns (uint64) {
        return lane == Lane.Engine ? checkpoint.engineCount : checkpoint.userCount;
    }

    function _stateOf(
        uint256 root,
        uint32 accountCount,
        uint64 engineCount,
        uint64 userCount,
        uint64 bookedThrough,
        Released memory released
    ) private view returns (LedgerState memory) {
        return
            LedgerState({
                root: root,
                accountCount: accountCount,
                engineCount: engineCount,
                userCount: userCount,
                engineHash: laneHash(Lane.Engine, engineCount),
                userHash: laneHash(Lane.User, userCount),
                bookedThrough: bookedThrough,
                releasedE6: released.quoteE6,
                releasedE8: released.coinsE8
            });
    }

    function _hashOfData(bytes calldata data) private view returns (bytes32) {
        if (data.length != 0) return keccak256(data);
        require(blobhash(0) != 0, DataMissing());
        bytes memory hashes;
        for (uint256 i = 0; blobhash(i) != 0; ++i) {
            hashes = bytes.concat(hashes, blobhash(i));
        }
        return keccak256(hashes);
    }
}
