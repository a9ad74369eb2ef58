// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedMath} from "@openzeppelin/contracts/utils/math/SignedMath.sol";
import {AccountMarginGate} from "./base/AccountMarginGate.sol";
import {ProofGate} from "./base/ProofGate.sol";
import {IBackstop} from "./interfaces/IBackstop.sol";
import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof} from "./interfaces/IHealthGate.sol";
import {IInbox, Message} from "./interfaces/IInbox.sol";
import {IInsuranceFund} from "./interfaces/IInsuranceFund.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {IVault} from "./interfaces/IVault.sol";
import {AccountChanges} from "./libraries/AccountChanges.sol";
import {Messages} from "./libraries/Messages.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {StatementVerifiers} from "./libraries/StatementVerifiers.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";
import {LiquidationSignals} from "./verifiers/LiquidationSignals.sol";

/// @title The whole life of a liquidation
/// @dev Behaviour and trust assumptions: see `ILiquidationEngine`. Records are written before any call that moves
/// money; the functions that move it cannot be entered again.
contract LiquidationEngine is ILiquidationEngine, AccountMarginGate, ReentrancyGuardTransient {
    using Messages for Message;

    bytes32 private constant LIQUIDATION = "liquidation";
    bytes32 private constant OPEN = keccak256("plimsoll.liquidation.open");
    bytes32 private constant CURE = keccak256("plimsoll.liquidation.cure");
    bytes32 private constant BID = keccak256("plimsoll.liquidation.bid");
    bytes32 private constant EXPIRE = keccak256("plimsoll.liquidation.expire");
    /// @dev Stands where the hash of the terms was, once they are settled: no terms hash to it.
    bytes32 private constant CLOSED = bytes32(uint256(1));
    uint256 private constant BPS = 10_000;
    uint256 private constant NONCE_BITS = 32;
    uint256 private constant REFUND_BITS = 256;
    uint256 private constant WORD_BYTES = 32;
    /// @dev `Proof`: eight words.
    uint256 private constant PROOF_BYTES = 256;
    /// @dev A tick that is judgeable may be superseded, its snapshot old, its proof in flight.
    uint256 private constant TICK_SLACK = 6 minutes;

    /// @dev One slot: opening must stay cheap in a crash. 32 bits hold unix seconds until 2106, more ticks than
    /// their minimal interval allows, and more messages than the inbox takes.
    struct Opening {
        address keeper;
        uint32 tick;
        /// Of the market: at the opening. Of an account that is not open, until when the buffer guarantees it; zero
        /// says that it does not, so that an opening need not look at the money.
        uint32 clock;
        uint32 messageIndex;
    }

    /// @dev One slot, written only where the fund is touched or the record ends in an unusual way.
    struct Money {
        uint64 reservedE6;
        uint64 fundPaidE6;
        uint64 guaranteedE6;
        bool backstopped;
        bool abandoned;
    }

    struct Record {
        Opening opening;
        Money money;
        bytes32 termsHash;
    }

    /// @dev A batch of openings under way: what its members share, and what is sent of those that were not skipped.
    /// `proofs` and `publicSignals` are filled from the start, in the words in which a verifier takes them.
    struct Batch {
        IMarketFeed.CitedTick cited;
        uint256 context;
        uint64 firstMessage;
        uint256 opened;
        Message[] messages;
        bytes proofs;
        bytes publicSignals;
    }

    /// @inheritdoc ILiquidationEngine
    IVault public immutable vault;
    /// @inheritdoc ILiquidationEngine
    IInsuranceFund public immutable insuranceFund;
    /// @inheritdoc ILiquidationEngine
    IBackstop public immutable backstop;

    ILedgerRegistry private immutable _registry;
    IGroth16Verifier private immutable _small;
    IGroth16Verifier private immutable _sixteen;
    IGroth16Verifier private immutable _sixtyFour;
    uint32 private immutable _horizonSeconds;
    uint32 private immutable _auctionSeconds;
    uint32 private immutable _rampSeconds;
    uint16 private immutable _rewardBps;
    uint16 private immutable _penaltyBps;
    uint16 private immutable _incentiveBps;
    uint128 private immutable _rewardCapE6;
    uint64 private immutable _cureFeeE6;
    uint128 private immutable _prepaidWei;

    mapping(uint256 key => Record) private _records;
    mapping(uint256 slot => uint256) private _refunded;
    mapping(address to => uint256) private _etherOwed;
    /// @dev For how many messages that were forced somebody has collected.
    mapping(address to => uint256) private _forcedPaid;

    constructor(
        IMarketFeed marketFeed_,
        IVault vault_,
        IInsuranceFund insuranceFund_,
        IBackstop backstop_,
        IGroth16Verifier[3] memory liquidationVerifiers,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        EngineConfig memory config_
    )
        ProofGate(marketFeed_)
        AccountMarginGate(accountMarginVerifiers, marketFeed_.ledgerRegistry().maxPositions())
    {
        ILedgerRegistry registry = marketFeed_.ledgerRegistry();
        uint8 smallest = LiquidationSignals.SMALLEST_PROFILE;
        StatementVerifiers.requireOf(LIQUIDATION, smallest, liquidationVerifiers);
        StatementVerifiers.requireCovers(
            LIQUIDATION,
            smallest,
            liquidationVerifiers,
            registry.maxPositions()
        );
        require(
            address(vault_.ledgerRegistry()) == address(registry),
            NotOfThisVenue(address(vault_))
        );
        require(
            address(insuranceFund_.vault()) == address(vault_),
            NotOfThisVenue(address(insuranceFund_))
        );
        require(
            address(backstop_.vault()) == address(vault_) &&
                address(backstop_.insuranceFund()) == address(insuranceFund_),
            NotOfThisVenue(address(backstop_))
        );
        _requireWellFormed(config_, registry.config());

        vault = vault_;
        insuranceFund = insuranceFund_;
        backstop = backstop_;
        _registry = registry;
        (_small, _sixteen, _sixtyFour) = (
            liquidationVerifiers[0],
            liquidationVerifiers[1],
            liquidationVerifiers[2]
        );
        _horizonSeconds = config_.horizonSeconds;
        _auctionSeconds = config_.auctionSeconds;
        _rampSeconds = config_.rampSeconds;
        _rewardBps = config_.rewardBps;
        _penaltyBps = config_.penaltyBps;
        _incentiveBps = config_.incentiveBps;
        _rewardCapE6 = config_.rewardCapE6;
        _cureFeeE6 = config_.cureFeeE6;
        _prepaidWei = config_.prepaidWei;
    }

    // Opening

    /// @inheritdoc ILiquidationEngine
    function open(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals,
        address beneficiary
    ) external payable {
        _requirePrepaid();
        ScalarField.requireAllInField(publicSignals);
        LiquidationSignals.Signals memory proven = LiquidationSignals.read(publicSignals);
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            tick,
            IMarketFeed.Purpose.Open
        );
        _requireBound(cited, _bindingsOf(proven), OPEN, beneficiary);
        require(proven.owner != uint160(address(backstop)), OwnedByBackstop(proven.accountIndex));
        Record storage record = _recordOf(proven.accountIndex, proven.settlementNonce);
        _requireOpenable(record, proven, cited);
        _requireValid(LIQUIDATION, profile, proof, publicSignals);

        uint64 messageIndex = _append(
            Messages.FREEZE,
            proven.accountIndex,
            proven.settlementNonce,
            0,
            beneficiary
        );
        _open(record, proven, cited, beneficiary, messageIndex);
    }

    /// @inheritdoc ILiquidationEngine
    function openMany(
        Openings calldata openings
    ) external payable nonReentrant returns (uint256 opened) {
        uint256 members = openings.proofs.length;
        uint256 signals = openings.publicSignals.length;
        require(signals == members * LiquidationSignals.COUNT, WrongSignals(members, signals));
        ScalarField.requireAllInField(openings.publicSignals);
        require(openings.beneficiary != address(0), BeneficiaryIsZero());
        Batch memory batch = Batch({
            cited: marketFeed.admissibleTick(openings.tick, IMarketFeed.Purpose.Open),
            context: proofContext(OPEN, openings.beneficiary),
            firstMessage: _registry.laneCount(IInbox.Lane.Engine),
            opened: 0,
            messages: new Message[](members),
            proofs: new bytes(members * PROOF_BYTES),
            publicSignals: new bytes(signals * WORD_BYTES)
        });
        // Each is recorded before any is verified, so that a member that stands twice is skipped the second time;
        // if the product fails, all of it is undone.
        for (uint256 i = 0; i < members; ++i) {
            _openMember(openings, i, batch);
        }
        opened = batch.opened;
        require(opened != 0, NothingToOpen());
        uint256 dueWei = opened * _prepaidWei;
        require(msg.value >= dueWei, WrongPrepayment(dueWei, msg.value));
        _requireAllValid(openings.profile, batch);
        _appendFreezes(batch);

        if (msg.value > dueWei) _pay(payable(msg.sender), msg.value - dueWei);
    }

    // Cure

    /// @inheritdoc ILiquidationEngine
    function cure(HealthProof calldata given) external payable nonReentrant {
        _requirePrepaid();
        AccountMarginSignals.Signals memory proven = _readMargin(given.publicSignals);
        Record storage record = _recordOf(proven.accountIndex, proven.settlementNonce);
        Opening memory opening = _requireOpen(record, proven);
        uint256 creditE6 = _creditIn(proven.change);
        require(
            given.tick > opening.tick || (given.tick == opening.tick && creditE6 != 0),
            NotNewerThanOpening(opening.tick, given.tick)
        );
        address owner = address(uint160(proven.owner));
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            given.tick,
            IMarketFeed.Purpose.Cure
        );
        _requireMarginBound(cited, proven, CURE, owner);
        // Past the horizon no bid can come any more: then maintenance is enough, so that an account is at any time
        // either curable as it stands or somebody's to take.
        uint256 bufferBps = _isExpired(opening, cited.clock) ? 0 : proven.cureBufferBps;
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        require(
            _isAtLevel(equityE6, proven.maintenanceMarginE6, bufferBps),
            BelowCureMargin(equityE6, proven.maintenanceMarginE6, bufferBps)
        );
        _requireMarginValid(given);

        uint64 messageIndex = _append(
            Messages.UNFREEZE,
            proven.accountIndex,
            proven.settlementNonce,
            creditE6,
            msg.sender
        );
        record.opening = Opening({
            keeper: address(0),
            tick: uint32(given.tick),
            clock: 0,
            messageIndex: uint32(messageIndex)
        });
        _releaseReserved(record);
        emit LiquidationCured(
            proven.accountIndex,
            proven.settlementNonce,
            owner,
            given.tick,
            equityE6,
            proven.maintenanceMarginE6,
            creditE6,
            messageIndex
        );
        if (creditE6 == 0) return;
        vault.escrowFrom(msg.sender, creditE6 + _cureFeeE6);
        IVault.Payout[] memory payouts = new IVault.Payout[](1);
        payouts[0] = IVault.Payout({to: opening.keeper, amountE6: _cureFeeE6});
        vault.settle(creditE6, payouts);
    }

    // Takeover by a bidder or by the Backstop

    /// @inheritdoc ILiquidationEngine
    function bid(
        HealthProof calldata given,
        uint64 freezeSequence,
        uint256 maxPaymentE6
    ) external payable nonReentrant returns (Terms memory terms) {
        _requirePrepaid();
        AccountMarginSignals.Signals memory proven = _readMargin(given.publicSignals);
        Record storage record = _recordOf(proven.accountIndex, proven.settlementNonce);
        Opening memory opening = _requireOpen(record, proven);
        uint256 elapsed = _requireBiddable(given.tick, proven, opening, freezeSequence);
        int256 equityE6 = _requireTakeable(proven, proven.cureBufferBps);
        _requireMarginValid(given);

        terms = _termsOf(proven, msg.sender, opening.keeper);
        terms.payer = msg.sender;
        terms.creditE6 = _topUpE6(equityE6, proven.initialMarginE6);
        int256 grossE6 = _grossEquityE6(proven, equityE6);
        int256 price = priceE6(grossE6, proven.maintenanceMarginE6, elapsed);
        if (price < 0) {
            // What the fund does not have, it does not pay: the caller's limit says whether that will do.
            terms.fundPaidE6 = _payFromFund(record, uint256(-price));
            price = -int256(terms.fundPaidE6);
            terms.payerPaidE6 = Math.saturatingSub(terms.creditE6, terms.fundPaidE6);
            terms.changeE6 = Math.saturatingSub(terms.fundPaidE6, terms.creditE6);
        } else {
            _releaseReserved(record);
            _divide(terms, uint256(price), proven.maintenanceMarginE6);
        }
        require(
            terms.payerPaidE6 <= maxPaymentE6,
            PaymentAboveLimit(terms.payerPaidE6, maxPaymentE6)
        );
        _appendTakeover(record, terms);
        emit BidEscrowed(
            terms.accountIndex,
            terms.settlementNonce,
            msg.sender,
            given.tick,
            grossE6,
            price,
            terms
        );
        if (terms.payerPaidE6 != 0) vault.escrowFrom(msg.sender, terms.payerPaidE6);
    }

    /// @inheritdoc ILiquidationEngine
    function expire(
        HealthProof calldata given
    ) external payable nonReentrant returns (Terms memory terms) {
        _requirePrepaid();
        AccountMarginSignals.Signals memory proven = _readMargin(given.publicSignals);
        Record storage record = _recordOf(proven.accountIndex, proven.settlementNonce);
        Opening memory opening = _requireOpen(record, proven);
        _requireExpirable(given.tick, proven, opening);
        int256 equityE6 = _requireTakeable(proven, 0);
        _requireMarginValid(given);

        int256 grossE6 = _grossEquityE6(proven, equityE6);
        uint256 deficitE6 = grossE6 < 0 ? uint256(-grossE6) : 0;
        terms = _termsOf(proven, address(backstop), msg.sender);
        terms.creditE6 = _coverFromFund(record, terms, deficitE6);
        terms.fundPaidE6 = terms.creditE6;
        // Nobody is rewarded for this; the prepayment goes back to who made it.
        record.opening.keeper = msg.sender;
        record.money.backstopped = true;
        _appendTakeover(record, terms);
        emit Backstopped(
            terms.accountIndex,
            terms.settlementNonce,
            msg.sender,
            given.tick,
            grossE6,
            deficitE6,
            terms.fundPaidE6,
            terms
        );
    }

    /// @inheritdoc ILiquidationEngine
    function close(Terms calldata terms) external nonReentrant {
        Record storage record = _requireTerms(terms);
        require(
            _registry.consumedCount(IInbox.Lane.Engine) > terms.messageIndex,
            TakeoverNotConsumed(terms.messageIndex)
        );

        record.termsHash = CLOSED;
        IVault.Payout[] memory payouts = new IVault.Payout[](4);
        payouts[0] = IVault.Payout({to: terms.keeper, amountE6: terms.rewardE6});
        payouts[1] = IVault.Payout({to: address(insuranceFund), amountE6: terms.penaltyE6});
        payouts[2] = IVault.Payout({to: terms.formerOwner, amountE6: terms.proceedsE6});
        payouts[3] = IVault.Payout({to: terms.payer, amountE6: terms.changeE6});
        emit LiquidationClosed(
            terms.accountIndex,
            terms.settlementNonce,
            terms.newOwner,
            terms.creditE6,
            terms.rewardE6,
            terms.penaltyE6,
            terms.proceedsE6
        );
        vault.settle(terms.creditE6, payouts);
    }

    // The end of a venue

    /// @inheritdoc ILiquidationEngine
    function reclaim(Terms calldata terms) external nonReentrant {
        _requireDead();
        Record storage record = _requireTerms(terms);
        require(
            _registry.consumedCount(IInbox.Lane.Engine) <= terms.messageIndex,
            TakeoverWasConsumed(terms.messageIndex)
        );

        record.termsHash = 0;
        record.money.abandoned = true;
        record.money.fundPaidE6 = 0;
        IVault.Payout[] memory payouts = new IVault.Payout[](2);
        payouts[0] = IVault.Payout({to: terms.payer, amountE6: terms.payerPaidE6});
        payouts[1] = IVault.Payout({to: address(insuranceFund), amountE6: terms.fundPaidE6});
        emit LiquidationAbandoned(terms.accountIndex, terms.settlementNonce);
        vault.settle(0, payouts);
    }

    /// @inheritdoc ILiquidationEngine
    function abandon(uint256 accountIndex, uint256 settlementNonce) external {
        _requireDead();
        Record storage record = _recordOf(accountIndex, settlementNonce);
        Status status = _statusOf(record);
        require(
            status == Status.Open || status == Status.Expired,
            NotOpen(accountIndex, settlementNonce)
        );

        record.money.abandoned = true;
        _releaseReserved(record);
        emit LiquidationAbandoned(accountIndex, settlementNonce);
    }

    // The buffer's guarantee

    /// @inheritdoc ILiquidationEngine
    function grant(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        uint64 until,
        address payer
    ) external payable returns (uint64 messageIndex) {
        _requireGuarantee();
        Record storage record = _requireGrantable(accountIndex, settlementNonce);
        _requirePrepaid();
        (record.money.guaranteedE6, record.opening.clock) = (uint64(amountE6), uint32(until));
        return _append(Messages.RESTRICT, accountIndex, settlementNonce, 0, payer);
    }

    /// @inheritdoc ILiquidationEngine
    function unrestrict(
        uint256 accountIndex,
        uint256 settlementNonce,
        address payer
    ) external payable returns (uint64 messageIndex) {
        _requireGuarantee();
        _requireGrantable(accountIndex, settlementNonce);
        _requirePrepaid();
        return _append(Messages.UNFREEZE, accountIndex, settlementNonce, 0, payer);
    }

    /// @inheritdoc ILiquidationEngine
    function lift(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external returns (uint256 releasedE6) {
        _requireGuarantee();
        Money storage money = _recordOf(accountIndex, settlementNonce).money;
        releasedE6 = money.guaranteedE6;
        if (releasedE6 == 0) return 0;
        money.guaranteedE6 = 0;
        insuranceFund.endGuarantee(releasedE6);
    }

    // Ether: prepaid forced application

    /// @inheritdoc ILiquidationEngine
    function refundMessages(
        uint64 first,
        bytes32 hashBefore,
        Message[] calldata run,
        uint64 ledgerSequence
    ) external {
        _registry.requireRun(IInbox.Lane.Engine, first, hashBefore, run);
        bool consumed = _requireRefundable(first, run.length, ledgerSequence);
        uint256 given = 0;
        for (uint256 i = 0; i < run.length; ++i) {
            if (_refund(first + i, run[i], consumed)) ++given;
        }
        require(given != 0, AlreadyRefunded(first));
    }

    /// @inheritdoc ILiquidationEngine
    function collectEther(address payable to) external nonReentrant {
        uint256 amountWei = etherOwed(msg.sender);
        require(amountWei != 0, NothingOwed(msg.sender));
        _etherOwed[msg.sender] = 0;
        _forcedPaid[msg.sender] = _registry.forcedFor(msg.sender);
        _pay(to, amountWei);
    }

    // Views

    /// @inheritdoc ILiquidationEngine
    function etherOwed(address to) public view returns (uint256) {
        return _etherOwed[to] + (_registry.forcedFor(to) - _forcedPaid[to]) * _prepaidWei;
    }

    /// @inheritdoc ILiquidationEngine
    function liquidation(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Liquidation memory) {
        Record storage record = _recordOf(accountIndex, settlementNonce);
        Opening memory opening = record.opening;
        Money memory money = record.money;
        return
            Liquidation({
                status: _statusOf(record),
                keeper: opening.keeper,
                tick: opening.tick,
                clockAtOpen: opening.keeper == address(0) ? 0 : opening.clock,
                messageIndex: opening.messageIndex,
                reservedE6: money.reservedE6,
                fundPaidE6: money.fundPaidE6,
                termsHash: record.termsHash
            });
    }

    /// @inheritdoc ILiquidationEngine
    function guaranteedE6(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (uint256) {
        return _recordOf(accountIndex, settlementNonce).money.guaranteedE6;
    }

    /// @inheritdoc ILiquidationEngine
    function config() external view returns (EngineConfig memory) {
        return
            EngineConfig({
                horizonSeconds: _horizonSeconds,
                auctionSeconds: _auctionSeconds,
                rampSeconds: _rampSeconds,
                rewardBps: _rewardBps,
                penaltyBps: _penaltyBps,
                incentiveBps: _incentiveBps,
                rewardCapE6: _rewardCapE6,
                cureFeeE6: _cureFeeE6,
                prepaidWei: _prepaidWei
            });
    }

    /// @inheritdoc ILiquidationEngine
    function priceE6(
        int256 grossEquityE6,
        uint256 maintenanceMarginE6,
        uint256 elapsed
    ) public view returns (int256) {
        // The discount ends where the price of a bankrupt account reaches its floor. Both divisions round the
        // bidder's advantage down.
        uint256 baseE6 = Math.max(
            maintenanceMarginE6,
            grossEquityE6 < 0 ? uint256(-grossEquityE6) : 0
        );
        uint256 discountE6 =
            (baseE6 * (BPS + _incentiveBps) * Math.min(elapsed, _rampSeconds)) /
                (BPS * _rampSeconds);
        uint256 incentiveE6 = (maintenanceMarginE6 * _incentiveBps) / BPS;
        int256 floorE6 = SignedMath.min(grossEquityE6, 0) - int256(incentiveE6);
        return SignedMath.max(SignedMath.max(grossEquityE6, 0) - int256(discountE6), floorE6);
    }

    /// @inheritdoc IProofGate
    function verifierOf(
        bytes32 statement,
        uint8 profile
    ) public view override(IProofGate, AccountMarginGate) returns (IGroth16Verifier) {
        if (statement == LIQUIDATION) {
            return
                StatementVerifiers.pick(
                    profile,
                    LiquidationSignals.SMALLEST_PROFILE,
                    _small,
                    _sixteen,
                    _sixtyFour
                );
        }
        if (statement == ACCOUNT_MARGIN) return _accountMarginVerifier(profile);
        return IGroth16Verifier(address(0));
    }

    // Records

    function _open(
        Record storage record,
        LiquidationSignals.Signals memory proven,
        IMarketFeed.CitedTick memory cited,
        address keeper,
        uint64 messageIndex
    ) private {
        uint256 heldE6 = _guaranteedIn(record, record.opening.clock);
        _writeOpening(record, keeper, cited, messageIndex);
        uint256 reservedE6 = _reserveFor(record, heldE6, proven.equityE6);
        emit LiquidationOpened(
            proven.accountIndex,
            proven.settlementNonce,
            keeper,
            cited.number,
            proven.equityE6,
            proven.requirementE6,
            reservedE6,
            cited.clock,
            messageIndex
        );
    }

    /// @dev One write, of which the compiler would make four.
    function _writeOpening(
        Record storage record,
        address keeper,
        IMarketFeed.CitedTick memory cited,
        uint64 messageIndex
    ) private {
        Opening storage opening = record.opening;
        uint256 word =
            uint256(uint160(keeper)) |
                (uint256(uint32(cited.number)) << 160) |
                (uint256(uint32(cited.clock)) << 192) |
                (uint256(uint32(messageIndex)) << 224);
        assembly ("memory-safe") {
            sstore(opening.slot, word)
        }
    }

    /// @dev What the buffer guaranteed is the first of what the liquidation may draw.
    function _reserveFor(
        Record storage record,
        uint256 heldE6,
        int256 equityE6
    ) private returns (uint256 reservedE6) {
        reservedE6 = heldE6;
        if (reservedE6 != 0) insuranceFund.beginLiquidation(reservedE6);
        uint256 shortE6 = equityE6 < 0 ? uint256(-equityE6) : 0;
        if (shortE6 > reservedE6) {
            reservedE6 += insuranceFund.reserve(
                Math.min(shortE6, Messages.MAX_AMOUNT_E6) - reservedE6
            );
        }
        if (reservedE6 == 0) return 0;
        (record.money.reservedE6, record.money.guaranteedE6) = (uint64(reservedE6), 0);
    }

    function _openMember(Openings calldata openings, uint256 position, Batch memory batch) private {
        uint256 count = LiquidationSignals.COUNT;
        uint256[] calldata signals = openings.publicSignals[
            position * count:(position + 1) * count
        ];
        LiquidationSignals.Signals memory proven = LiquidationSignals.read(signals);
        require(proven.context == batch.context, ForgedMember(position));
        Record storage record = _recordOf(proven.accountIndex, proven.settlementNonce);
        if (!_isOpenable(record, proven, batch)) {
            emit OpeningSkipped(proven.accountIndex, proven.settlementNonce);
            return;
        }
        uint256 place = batch.opened++;
        batch.messages[place] = Messages.pack(
            Messages.FREEZE,
            proven.accountIndex,
            proven.settlementNonce,
            0,
            openings.beneficiary
        );
        (bytes memory proofs, bytes memory publicSignals) = (batch.proofs, batch.publicSignals);
        Proof calldata proof = openings.proofs[position];
        // Both have room for every member, and there are no more places than members.
        assembly ("memory-safe") {
            calldatacopy(add(add(proofs, 0x20), mul(place, PROOF_BYTES)), proof, PROOF_BYTES)
            let signalBytes := mul(signals.length, 0x20)
            calldatacopy(
                add(add(publicSignals, 0x20), mul(place, signalBytes)),
                signals.offset,
                signalBytes
            )
        }
        _open(
            record,
            proven,
            batch.cited,
            openings.beneficiary,
            uint64(batch.firstMessage + place)
        );
    }

    function _appendFreezes(Batch memory batch) private {
        (Message[] memory messages, uint256 opened) = (batch.messages, batch.opened);
        assembly ("memory-safe") {
            mstore(messages, opened)
        }
        // Nothing but this contract appends to the lane, and nothing that it calls on the way comes back to it.
        assert(_registry.appendEngineRun(messages) == batch.firstMessage);
    }

    /// @dev What is escrowed and what the account is to have are one hash from here on.
    function _appendTakeover(Record storage record, Terms memory terms) private {
        terms.messageIndex = _append(
            Messages.TAKEOVER,
            terms.accountIndex,
            terms.settlementNonce,
            terms.creditE6,
            terms.newOwner
        );
        record.termsHash = keccak256(abi.encode(terms));
    }

    function _append(
        uint8 kind,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        address named
    ) private returns (uint64) {
        return
            _registry.appendEngine(
                Messages.pack(kind, accountIndex, settlementNonce, amountE6, named)
            );
    }

    /// @dev The vault counts as escrowed what the fund sends.
    function _payFromFund(
        Record storage record,
        uint256 wantedE6
    ) private returns (uint256 paidE6) {
        paidE6 = insuranceFund.pay(
            record.money.reservedE6,
            Math.min(wantedE6, Messages.MAX_AMOUNT_E6)
        );
        _recordPaid(record, paidE6);
    }

    function _coverFromFund(
        Record storage record,
        Terms memory terms,
        uint256 deficitE6
    ) private returns (uint256 paidE6) {
        if (deficitE6 == 0) {
            _releaseReserved(record);
            return 0;
        }
        // The nonce after the takeover, as the leaf will have it: it wraps at 32 bits.
        uint256 nextNonce = (uint256(terms.settlementNonce) + 1) & Messages.MAX_SETTLEMENT_NONCE;
        paidE6 = insuranceFund.cover(
            terms.accountIndex,
            nextNonce,
            record.money.reservedE6,
            Math.min(deficitE6, Messages.MAX_AMOUNT_E6)
        );
        _recordPaid(record, paidE6);
    }

    function _recordPaid(Record storage record, uint256 paidE6) private {
        record.money.reservedE6 = 0;
        record.money.fundPaidE6 = uint64(paidE6);
    }

    function _releaseReserved(Record storage record) private {
        uint256 reservedE6 = record.money.reservedE6;
        if (reservedE6 == 0) return;
        record.money.reservedE6 = 0;
        insuranceFund.release(reservedE6);
    }

    // Ether

    /// @return Whether it was not given back before
    function _refund(
        uint256 messageIndex,
        Message calldata message,
        bool consumed
    ) private returns (bool) {
        uint256 bit = 1 << (messageIndex % REFUND_BITS);
        uint256 refunded = _refunded[messageIndex / REFUND_BITS];
        if (refunded & bit != 0) return false;
        _refunded[messageIndex / REFUND_BITS] = refunded | bit;
        address to = message.namedIn();
        uint8 kind = message.kindOf();
        if (kind == Messages.TAKEOVER && to == address(backstop)) {
            to = _recordOf(message.accountOf(), message.nonceOf()).opening.keeper;
        }
        _etherOwed[to] += _prepaidWei;
        emit EtherOwed(to, _prepaidWei);
        if (!consumed && kind == Messages.UNFREEZE && message.amountOf() != 0) {
            vault.returnCredit(to, message.amountOf());
        }
        return true;
    }

    function _pay(address payable to, uint256 amountWei) private {
        (bool success, ) = to.call{value: amountWei}("");
        require(success, PaymentFailed(to, amountWei));
    }

    // Checks

    function _requirePrepaid() private view {
        require(msg.value == _prepaidWei, WrongPrepayment(_prepaidWei, msg.value));
    }

    /// @return consumed Whether the ledger consumed all of them; otherwise no ledger ever will
    function _requireRefundable(
        uint64 first,
        uint256 count,
        uint64 ledgerSequence
    ) private view returns (bool consumed) {
        bool forced;
        (consumed, , forced) = _registry.consumption(IInbox.Lane.Engine, first, ledgerSequence);
        require(!forced, WasForced(first));
        // A ledger consumes messages in a row.
        if (consumed && count > 1) {
            (consumed, , ) = _registry.consumption(
                IInbox.Lane.Engine,
                uint64(first + count - 1),
                ledgerSequence
            );
        }
        require(
            consumed ||
                (_registry.mode() == ILedgerRegistry.Mode.Dead &&
                    first >= _registry.consumedCount(IInbox.Lane.Engine)),
            NotConsumedBy(first, ledgerSequence)
        );
    }

    function _requireDead() private view {
        require(_registry.mode() == ILedgerRegistry.Mode.Dead, VenueNotDead());
    }

    function _requireTerms(Terms calldata terms) private view returns (Record storage record) {
        record = _recordOf(terms.accountIndex, terms.settlementNonce);
        bytes32 given = keccak256(abi.encode(terms));
        require(given == record.termsHash, WrongTerms(record.termsHash, given));
    }

    function _requireOpenable(
        Record storage record,
        LiquidationSignals.Signals memory proven,
        IMarketFeed.CitedTick memory cited
    ) private view {
        require(
            proven.equityE6 < int256(proven.requirementE6),
            NotBelowMaintenance(proven.equityE6, proven.requirementE6)
        );
        Opening memory last = record.opening;
        uint256 heldE6 = _guaranteedAt(record, last.clock, cited.clock);
        require(
            proven.equityE6 + int256(heldE6) < int256(proven.requirementE6),
            GuaranteedByBuffer(proven.accountIndex, heldE6)
        );
        require(
            last.keeper == address(0),
            AlreadyOpen(proven.accountIndex, proven.settlementNonce)
        );
        require(
            last.tick == 0 || _hasConsumed(cited.ledgerSequence, last.messageIndex),
            UnfreezeNotConsumed(last.messageIndex, cited.ledgerSequence)
        );
    }

    function _requireAllValid(uint8 profile, Batch memory batch) private view {
        IGroth16Verifier verifier = verifierOf(LIQUIDATION, profile);
        require(address(verifier) != address(0), UnknownProfile(profile));
        (bytes memory proofs, bytes memory publicSignals) = (batch.proofs, batch.publicSignals);
        uint256 opened = batch.opened;
        uint256 signals = opened * LiquidationSignals.COUNT;
        // Cut to the members that were not skipped.
        assembly ("memory-safe") {
            mstore(proofs, mul(opened, PROOF_BYTES))
            mstore(publicSignals, mul(signals, WORD_BYTES))
        }
        // As `verifyMany(Proof[], uint256[])` encodes its arguments: where each list begins, then each with its
        // length. A list of structs would be copied word by word, at more than the rest of a batch costs.
        (bool success, bytes memory answer) = address(verifier).staticcall(
            bytes.concat(
                abi.encodeWithSelector(
                    IGroth16Verifier.verifyMany.selector,
                    2 * WORD_BYTES,
                    3 * WORD_BYTES + proofs.length,
                    opened
                ),
                proofs,
                abi.encode(signals),
                publicSignals
            )
        );
        require(success && abi.decode(answer, (bool)), InvalidProof());
    }

    /// @dev As `_requireBound` and `_requireOpenable`, for a member of a batch.
    function _isOpenable(
        Record storage record,
        LiquidationSignals.Signals memory proven,
        Batch memory batch
    ) private view returns (bool) {
        IMarketFeed.CitedTick memory cited = batch.cited;
        if (
            _bindingOf(_bindingsOf(proven)) != cited.binding ||
            proven.accountIndex >= cited.accountCount ||
            proven.owner == uint160(address(backstop))
        ) return false;
        Opening memory last = record.opening;
        int256 heldE6 = int256(_guaranteedAt(record, last.clock, cited.clock));
        if (proven.equityE6 + heldE6 >= int256(proven.requirementE6)) return false;
        return
            last.keeper == address(0) &&
            (last.tick == 0 || _hasConsumed(cited.ledgerSequence, last.messageIndex));
    }

    /// @dev What the buffer stands in for; nothing once it is due.
    /// @param until The record's clock, while it is not open
    function _guaranteedAt(
        Record storage record,
        uint32 until,
        uint64 clock
    ) private view returns (uint256) {
        return clock <= until ? _guaranteedIn(record, until) : 0;
    }

    /// @dev What the buffer holds back, due or not.
    function _guaranteedIn(Record storage record, uint32 until) private view returns (uint256) {
        return until == 0 ? 0 : record.money.guaranteedE6;
    }

    function _requireGuarantee() private view {
        require(msg.sender == _registry.guarantee(), NotTheGuarantee(msg.sender));
    }

    /// @dev Its messages are for an account that is not under liquidation: an Unfreeze would thaw it.
    function _requireGrantable(
        uint256 accountIndex,
        uint256 settlementNonce
    ) private view returns (Record storage record) {
        record = _recordOf(accountIndex, settlementNonce);
        require(record.opening.keeper == address(0), AlreadyOpen(accountIndex, settlementNonce));
    }

    function _hasConsumed(uint64 ledgerSequence, uint64 messageIndex) private view returns (bool) {
        return _registry.ledger(ledgerSequence).engineCount > messageIndex;
    }

    function _requireOpen(
        Record storage record,
        AccountMarginSignals.Signals memory proven
    ) private view returns (Opening memory opening) {
        opening = record.opening;
        require(
            opening.keeper != address(0) && record.termsHash == 0 && !record.money.abandoned,
            NotOpen(proven.accountIndex, proven.settlementNonce)
        );
    }

    /// @return elapsed Market-clock seconds since the ledger had the Freeze
    function _requireBiddable(
        uint64 tick,
        AccountMarginSignals.Signals memory proven,
        Opening memory opening,
        uint64 freezeSequence
    ) private view returns (uint256 elapsed) {
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            tick,
            IMarketFeed.Purpose.Bid
        );
        uint64 clock = cited.clock;
        require(!_isExpired(opening, clock), HorizonPassed(clock, opening.clock + _horizonSeconds));
        _requireMarginBound(cited, proven, BID, msg.sender);
        (bool consumed, uint64 frozenAt, ) = _registry.consumption(
            IInbox.Lane.Engine,
            opening.messageIndex,
            freezeSequence
        );
        require(
            consumed && cited.ledgerSequence >= freezeSequence,
            FreezeNotConsumed(opening.messageIndex, cited.ledgerSequence)
        );
        return clock - frozenAt;
    }

    function _requireExpirable(
        uint64 tick,
        AccountMarginSignals.Signals memory proven,
        Opening memory opening
    ) private view {
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            tick,
            IMarketFeed.Purpose.Bid
        );
        uint64 clock = cited.clock;
        require(
            _isExpired(opening, clock),
            HorizonNotPassed(clock, opening.clock + _horizonSeconds)
        );
        _requireMarginBound(cited, proven, EXPIRE, address(backstop));
        require(
            _hasConsumed(cited.ledgerSequence, opening.messageIndex),
            FreezeNotConsumed(opening.messageIndex, cited.ledgerSequence)
        );
    }

    /// @dev The circuit proves the account; that it is frozen must not depend on the ledger's count alone.
    function _requireTakeable(
        AccountMarginSignals.Signals memory proven,
        uint256 bufferBps
    ) private pure returns (int256 equityE6) {
        require(proven.frozen == 1, NotFrozen(proven.accountIndex));
        require(_isAsItStands(proven), NotAsItStands(proven.change));
        equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        require(
            !_isAtLevel(equityE6, proven.maintenanceMarginE6, bufferBps),
            Recovered(equityE6, proven.maintenanceMarginE6, bufferBps)
        );
    }

    function _requireWellFormed(
        EngineConfig memory config_,
        ILedgerRegistry.RegistryConfig memory registry
    ) private pure {
        require(config_.auctionSeconds != 0, InvalidEngineConfig("auctionSeconds"));
        require(
            config_.rampSeconds != 0 && config_.rampSeconds <= config_.auctionSeconds,
            InvalidEngineConfig("rampSeconds")
        );
        // In the worst case the Freeze is consumed only when it is forced, a whole cycle of rounds after it was due.
        require(
            config_.horizonSeconds >=
                uint256(registry.deadline) +
                    registry.forcedRound +
                    registry.provingTime +
                    registry.l1Slack +
                    config_.auctionSeconds +
                    TICK_SLACK,
            InvalidEngineConfig("horizonSeconds")
        );
        require(config_.rewardBps <= BPS, InvalidEngineConfig("rewardBps"));
        require(config_.penaltyBps <= BPS, InvalidEngineConfig("penaltyBps"));
        require(config_.incentiveBps < BPS, InvalidEngineConfig("incentiveBps"));
        require(config_.rewardCapE6 != 0, InvalidEngineConfig("rewardCapE6"));
        require(config_.prepaidWei != 0, InvalidEngineConfig("prepaidWei"));
    }

    // Numbers

    function _termsOf(
        AccountMarginSignals.Signals memory proven,
        address newOwner,
        address keeper
    ) private pure returns (Terms memory terms) {
        terms.accountIndex = uint32(proven.accountIndex);
        terms.settlementNonce = uint32(proven.settlementNonce);
        terms.newOwner = newOwner;
        terms.formerOwner = address(uint160(proven.owner));
        terms.keeper = keeper;
    }

    /// @dev Reward, penalty and the former owner's rest of a price that is not negative.
    function _divide(Terms memory terms, uint256 priceE6_, uint256 marginE6) private view {
        terms.payerPaidE6 = priceE6_ + terms.creditE6;
        uint256 rewardE6 = Math.min(_rewardCapE6, (marginE6 * _rewardBps) / BPS);
        terms.rewardE6 = Math.min(rewardE6, priceE6_);
        terms.penaltyE6 = Math.min((marginE6 * _penaltyBps) / BPS, priceE6_ - terms.rewardE6);
        terms.proceedsE6 = priceE6_ - terms.rewardE6 - terms.penaltyE6;
    }

    /// @dev What brings an account to initial margin; what exceeds a message cannot be bid for.
    function _topUpE6(int256 equityE6, uint256 initialMarginE6) private pure returns (uint256) {
        int256 missingE6 = int256(initialMarginE6) - equityE6;
        if (missingE6 <= 0) return 0;
        require(uint256(missingE6) <= Messages.MAX_AMOUNT_E6, CreditTooLarge(uint256(missingE6)));
        return uint256(missingE6);
    }

    /// @dev Every factor is a few bits wide or was read from a field of at most 127 bits.
    function _isAtLevel(
        int256 equityE6,
        uint256 maintenanceMarginE6,
        uint256 bufferBps
    ) private pure returns (bool) {
        return equityE6 * int256(BPS) >= int256((BPS + bufferBps) * maintenanceMarginE6);
    }

    function _creditIn(uint256 change) private pure returns (uint256 creditE6) {
        bool isCredit;
        (isCredit, creditE6) = AccountChanges.quoteCreditIn(change);
        require(isCredit, NotACredit(change));
    }

    function _isExpired(Opening memory opening, uint64 clock) private view returns (bool) {
        return clock > opening.clock + _horizonSeconds;
    }

    function _statusOf(Record storage record) private view returns (Status) {
        bytes32 termsHash = record.termsHash;
        Money memory money = record.money;
        if (money.abandoned) return Status.Abandoned;
        if (money.backstopped) return Status.Backstopped;
        if (termsHash == CLOSED) return Status.Settled;
        if (termsHash != 0) return Status.Escrowed;
        Opening memory opening = record.opening;
        if (opening.keeper != address(0)) {
            return _isExpired(opening, marketFeed.marketClock()) ? Status.Expired : Status.Open;
        }
        return opening.tick == 0 ? Status.None : Status.Cured;
    }

    function _bindingsOf(
        LiquidationSignals.Signals memory proven
    ) private pure returns (Bindings memory) {
        return
            Bindings({
                ledgerRoot: proven.ledgerRoot,
                snapshotHash: proven.snapshotHash,
                parameterHash: proven.parameterHash,
                accountIndex: proven.accountIndex,
                context: proven.context
            });
    }

    function _recordOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) private view returns (Record storage) {
        return _records[(accountIndex << NONCE_BITS) | settlementNonce];
    }
}
