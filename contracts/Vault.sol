// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {AccountMarginGate} from "./base/AccountMarginGate.sol";
import {ProofGate} from "./base/ProofGate.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof} from "./interfaces/IHealthGate.sol";
import {IInbox, Message} from "./interfaces/IInbox.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IVault, Outcome} from "./interfaces/IVault.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Messages} from "./libraries/Messages.sol";
import {Outcomes} from "./libraries/Outcomes.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";

/// @title The venue's custody of the quote asset
/// @dev Behaviour and trust assumptions: see `IVault`.
contract Vault is IVault, AccountMarginGate, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using Messages for Message;

    bytes32 private constant CLAIM = keccak256("plimsoll.vault.claim");
    bytes32 private constant EXIT = keccak256("plimsoll.vault.exit");
    uint8 private constant DECIMALS = 6;
    uint256 private constant REFUND_BITS = 256;
    uint256 private constant NONCE_BITS = 32;

    /// @dev One slot: every takeover writes both. Claims have their own, for collecting writes it alone.
    struct Backing {
        uint128 heldE6;
        uint128 escrowedE6;
    }

    /// @dev One slot: what leaves what is held becomes claimable.
    /// @param handedOutE6 All that ever left what is held. Each unit came with a message, of which a lane has less than
    /// 2^32 of less than 2^64 units, so it stays below 2^97
    struct Claims {
        uint128 claimableE6;
        uint128 handedOutE6;
    }

    /// @param sharedE6 What exits share: what was held when the first of them was paid
    struct Exit {
        uint64 tick;
        uint64 registrationEnds;
        uint128 registeredE6;
        uint256 sharedE6;
    }

    struct Registration {
        address owner;
        uint96 equityE6;
    }

    /// @inheritdoc IVault
    IERC20 public immutable asset;
    /// @inheritdoc IVault
    ILedgerRegistry public immutable ledgerRegistry;

    uint64 private immutable _minDepositE6;
    uint32 private immutable _exitWindow;

    Backing private _backing;
    Claims private _claims;
    Exit private _exit;
    mapping(uint256 account => Registration) private _registrations;
    mapping(uint256 slot => uint256) private _refunded;
    mapping(uint256 key => mapping(address requester => uint64)) private _pending;

    /// @inheritdoc IVault
    mapping(address owner => uint256) public claimableE6;

    constructor(
        IERC20 asset_,
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        VaultConfig memory config_
    )
        ProofGate(marketFeed_)
        AccountMarginGate(accountMarginVerifiers, marketFeed_.ledgerRegistry().maxPositions())
    {
        uint8 decimals = IERC20Metadata(address(asset_)).decimals();
        require(decimals == DECIMALS, WrongDecimals(decimals));
        require(
            config_.minDepositE6 != 0 &&
                config_.minDepositE6 <= Messages.MAX_AMOUNT_E6 &&
                config_.exitWindow != 0,
            InvalidVaultConfig()
        );
        asset = asset_;
        ledgerRegistry = marketFeed_.ledgerRegistry();
        _minDepositE6 = config_.minDepositE6;
        _exitWindow = config_.exitWindow;
    }

    modifier onlyEngine() {
        require(msg.sender == ledgerRegistry.engine(), NotTheEngine(msg.sender));
        _;
    }

    // Users

    /// @inheritdoc IVault
    function deposit(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external nonReentrant returns (uint64 messageIndex) {
        // What the fund pays late may be a small remainder; it comes from no stranger.
        uint256 leastE6 = amountE6 < _minDepositE6 && msg.sender == _fund() ? 1 : _minDepositE6;
        messageIndex = _append(Messages.DEPOSIT, accountIndex, settlementNonce, amountE6, leastE6);

        _backing.heldE6 += uint128(amountE6);
        emit Deposited(accountIndex, msg.sender, messageIndex, amountE6);
        asset.pullExactly(msg.sender, amountE6);
    }

    /// @inheritdoc IVault
    function refundDeposit(Outcome calldata outcome) external {
        uint256 creditedE6 = 0;
        if (_isUnconsumedForEver(outcome.index)) {
            ledgerRegistry.requireMessage(IInbox.Lane.User, outcome.index, outcome.message);
        } else {
            _requireOutcome(outcome);
            creditedE6 = outcome.amountE6;
        }
        Message calldata message = outcome.message;
        require(message.kindOf() == Messages.DEPOSIT, WrongKind(message.kindOf()));
        uint256 amountE6 = Math.saturatingSub(message.amountOf(), creditedE6);
        require(amountE6 != 0, NothingToRefund(outcome.index));
        (uint256 slot, uint256 bit) = (
            outcome.index / REFUND_BITS,
            1 << (outcome.index % REFUND_BITS)
        );
        require(_refunded[slot] & bit == 0, AlreadyRefunded(outcome.index));

        _refunded[slot] |= bit;
        emit DepositRefunded(outcome.index, message.namedIn(), amountE6);
        _releaseBeforeExits(message.namedIn(), amountE6);
    }

    /// @inheritdoc IVault
    function requestWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external returns (uint64 messageIndex) {
        mapping(address => uint64) storage pending = _pending[_key(accountIndex, settlementNonce)];
        uint64 earlier = pending[msg.sender];
        // The arguments of an error are worked out also where it is not raised.
        require(earlier == 0, WithdrawalPending(earlier == 0 ? 0 : earlier - 1));

        messageIndex = _append(
            Messages.WITHDRAWAL,
            accountIndex,
            settlementNonce,
            amountE6,
            _minDepositE6
        );
        pending[msg.sender] = messageIndex + 1;
        emit WithdrawalRequested(accountIndex, msg.sender, messageIndex, amountE6);
    }

    /// @inheritdoc IVault
    function claimWithdrawal(
        Outcome calldata outcome,
        HealthProof calldata proof
    ) external nonReentrant {
        (uint256 accountIndex, uint256 nonce, address requester) = _requirePending(outcome);
        AccountMarginSignals.Signals memory proven = _readMargin(proof.publicSignals);
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            proof.tick,
            IMarketFeed.Purpose.Withdraw
        );
        _requireMarginBound(cited, proven, CLAIM, requester);
        require(
            cited.ledgerSequence >= outcome.sequence,
            LedgerTooOld(outcome.sequence, cited.ledgerSequence)
        );
        require(
            proven.accountIndex == accountIndex,
            WrongAccount(accountIndex, proven.accountIndex)
        );
        require(proven.settlementNonce == nonce, WrongNonce(nonce, proven.settlementNonce));
        address owner = address(uint160(proven.owner));
        require(owner == requester, NotTheOwner(owner, requester));
        ILiquidationEngine.Status status = _liquidation(accountIndex, nonce).status;
        require(
            status == ILiquidationEngine.Status.None || status == ILiquidationEngine.Status.Cured,
            UnderLiquidation(accountIndex, nonce)
        );
        require(_isAsItStands(proven), NotAsItStands(proven.change));
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        require(
            equityE6 >= int256(proven.initialMarginE6),
            BelowInitialMargin(equityE6, proven.initialMarginE6)
        );
        _requireMarginValid(proof);

        delete _pending[_key(accountIndex, nonce)][requester];
        emit WithdrawalClaimed(accountIndex, requester, outcome.index, outcome.amountE6);
        _releaseBeforeExits(requester, outcome.amountE6);
    }

    /// @inheritdoc IVault
    function settleWithdrawal(Outcome calldata outcome) external {
        (uint256 accountIndex, uint256 nonce, address requester) = _requirePending(outcome);
        uint256 amountE6 = outcome.amountE6;
        uint256 repaidE6 = 0;
        if (amountE6 != 0) {
            ILiquidationEngine.Liquidation memory liquidation = _liquidation(accountIndex, nonce);
            require(
                _isTakenOver(liquidation) || _isEnded(liquidation),
                NotTakenOver(accountIndex, nonce)
            );
            repaidE6 = Math.min(amountE6, liquidation.fundPaidE6);
            amountE6 -= repaidE6;
        }

        delete _pending[_key(accountIndex, nonce)][requester];
        emit WithdrawalSettled(accountIndex, requester, outcome.index, repaidE6, amountE6);
        if (repaidE6 != 0) _releaseBeforeExits(_fund(), repaidE6);
        if (amountE6 != 0) _releaseBeforeExits(requester, amountE6);
    }

    /// @inheritdoc IVault
    function collect(address to) external nonReentrant returns (uint256 amountE6) {
        amountE6 = claimableE6[msg.sender];
        require(amountE6 != 0, NothingToCollect(msg.sender));

        claimableE6[msg.sender] = 0;
        _claims.claimableE6 -= uint128(amountE6);
        emit Collected(msg.sender, to, amountE6);
        asset.safeTransfer(to, amountE6);
    }

    /// @inheritdoc IVault
    function skim() external nonReentrant returns (uint256 amountE6) {
        Backing memory backing = _backing;
        uint256 accountedE6 = uint256(backing.heldE6) + backing.escrowedE6 + _claims.claimableE6;
        amountE6 = Math.saturatingSub(asset.balanceOf(address(this)), accountedE6);
        require(amountE6 != 0, NothingToSkim());

        emit Skimmed(amountE6);
        _owe(_fund(), amountE6);
    }

    // The engine

    /// @inheritdoc IVault
    function escrowFrom(address payer, uint256 amountE6) external onlyEngine nonReentrant {
        _backing.escrowedE6 += uint128(amountE6);
        emit Escrowed(payer, amountE6);
        asset.pullExactly(payer, amountE6);
    }

    /// @inheritdoc IVault
    function escrowFromFund(uint256 amountE6) external {
        require(msg.sender == _fund(), NotTheFund(msg.sender));
        _backing.escrowedE6 += uint128(amountE6);
        emit Escrowed(msg.sender, amountE6);
    }

    /// @inheritdoc IVault
    function settle(uint256 creditE6, Payout[] calldata payouts) external onlyEngine {
        Backing memory backing = _backing;
        backing.escrowedE6 -= uint128(creditE6);
        backing.heldE6 += uint128(creditE6);
        for (uint256 i = 0; i < payouts.length; ++i) {
            uint256 amountE6 = payouts[i].amountE6;
            if (amountE6 == 0) continue;
            backing.escrowedE6 -= uint128(amountE6);
            _owe(payouts[i].to, amountE6);
        }
        _backing = backing;
        emit Settled(creditE6);
    }

    /// @inheritdoc IVault
    function returnCredit(address payer, uint256 amountE6) external onlyEngine {
        _releaseBeforeExits(payer, amountE6);
    }

    // The end of a venue

    /// @inheritdoc IVault
    function beginExit() external {
        require(_isDead(), VenueNotDead());
        require(_exit.tick == 0, ExitAlreadyBegun(_exit.tick));
        uint64 tick = marketFeed.latestTick();
        uint64 ticksLedger = marketFeed.citedTick(tick).ledgerSequence;
        uint64 finalLedger = ledgerRegistry.latest().sequence;
        require(ticksLedger == finalLedger, NotTheFinalLedger(finalLedger, ticksLedger));

        uint64 registrationEnds = uint64(block.timestamp) + _exitWindow;
        (_exit.tick, _exit.registrationEnds) = (tick, registrationEnds);
        emit ExitBegun(tick, registrationEnds);
    }

    /// @inheritdoc IVault
    function registerExit(HealthProof calldata proof) external {
        Exit storage exit = _exit;
        require(exit.tick != 0, ExitNotBegun());
        require(proof.tick == exit.tick, NotTheExitTick(exit.tick, proof.tick));
        require(block.timestamp <= exit.registrationEnds, RegistrationEnded(exit.registrationEnds));
        AccountMarginSignals.Signals memory proven = _readMargin(proof.publicSignals);
        address owner = address(uint160(proven.owner));
        _requireMarginBound(marketFeed.citedTick(proof.tick), proven, EXIT, owner);
        require(_isAsItStands(proven), NotAsItStands(proven.change));
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        require(
            equityE6 > 0 && equityE6 <= int256(uint256(type(uint96).max)),
            BelowInitialMargin(equityE6, 0)
        );
        Registration storage registration = _registrations[proven.accountIndex];
        require(registration.owner == address(0), AlreadyRegistered(proven.accountIndex));
        _requireMarginValid(proof);

        _registrations[proven.accountIndex] = Registration({
            owner: owner,
            equityE6: uint96(uint256(equityE6))
        });
        exit.registeredE6 += uint128(uint256(equityE6));
        emit ExitRegistered(proven.accountIndex, owner, uint256(equityE6));
    }

    /// @inheritdoc IVault
    function payExit(uint256 accountIndex) external {
        Exit storage exit = _exit;
        require(exit.tick != 0, ExitNotBegun());
        require(block.timestamp > exit.registrationEnds, RegistrationOpen(exit.registrationEnds));
        Registration memory registration = _registrations[accountIndex];
        require(registration.equityE6 != 0, NotRegistered(accountIndex));

        // Fixed by the first, so that all are paid the same share of what they had.
        if (exit.sharedE6 == 0) {
            require(_backing.heldE6 != 0, HoldsTooLittle(0, registration.equityE6));
            exit.sharedE6 = Math.min(_backing.heldE6, exit.registeredE6);
        }
        uint256 shareE6 = Math.mulDiv(registration.equityE6, exit.sharedE6, exit.registeredE6);
        // The owner stays, so that the account cannot be registered again; nothing is left to pay.
        _registrations[accountIndex].equityE6 = 0;
        emit ExitPaid(accountIndex, registration.owner, shareE6);
        _releaseHeld(registration.owner, shareE6);
    }

    // Views

    /// @inheritdoc IVault
    function pendingWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        address requester
    ) external view returns (uint64) {
        return _pending[_key(accountIndex, settlementNonce)][requester];
    }

    /// @inheritdoc IVault
    function totals() external view returns (uint256, uint256, uint256) {
        return (_backing.heldE6, _backing.escrowedE6, _claims.claimableE6);
    }

    /// @inheritdoc IVault
    function receivedE6() external view returns (uint256) {
        return uint256(_backing.heldE6) + _claims.handedOutE6;
    }

    /// @inheritdoc IVault
    function config() external view returns (VaultConfig memory) {
        return VaultConfig({minDepositE6: _minDepositE6, exitWindow: _exitWindow});
    }

    // Money

    /// @dev What exits share is fixed when the first is paid: whatever goes out before them has gone out by then.
    function _releaseBeforeExits(address to, uint256 amountE6) private {
        require(_exit.sharedE6 == 0, SharesAreFixed());
        _releaseHeld(to, amountE6);
    }

    function _releaseHeld(address to, uint256 amountE6) private {
        uint256 heldE6 = _backing.heldE6;
        require(amountE6 <= heldE6, HoldsTooLittle(heldE6, amountE6));
        _backing.heldE6 = uint128(heldE6 - amountE6);
        _claims.handedOutE6 += uint128(amountE6);
        _owe(to, amountE6);
    }

    function _owe(address to, uint256 amountE6) private {
        claimableE6[to] += amountE6;
        // What is skimmed is whatever the asset says of a balance.
        _claims.claimableE6 += SafeCast.toUint128(amountE6);
        emit Claimable(to, amountE6);
    }

    // Messages

    function _append(
        uint8 kind,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        uint256 leastE6
    ) private returns (uint64) {
        require(
            amountE6 >= leastE6 && amountE6 <= Messages.MAX_AMOUNT_E6,
            AmountOutOfRange(amountE6, leastE6, Messages.MAX_AMOUNT_E6)
        );
        require(accountIndex <= Messages.MAX_ACCOUNT_INDEX, AccountIndexOutOfRange(accountIndex));
        require(
            settlementNonce <= Messages.MAX_SETTLEMENT_NONCE,
            SettlementNonceOutOfRange(settlementNonce)
        );
        return
            ledgerRegistry.appendUser(
                Messages.pack(kind, accountIndex, settlementNonce, amountE6, msg.sender)
            );
    }

    /// @dev That the ledger consumed this message with this outcome.
    function _requireOutcome(Outcome calldata outcome) private view {
        ledgerRegistry.requireMessage(IInbox.Lane.User, outcome.index, outcome.message);
        (bool consumed, , ) = ledgerRegistry.consumption(
            IInbox.Lane.User,
            outcome.index,
            outcome.sequence
        );
        require(consumed, NotConsumedBy(outcome.index, outcome.sequence));
        require(
            Outcomes.isIn(
                ledgerRegistry.outcomesRoot(outcome.sequence),
                outcome.index,
                outcome.amountE6,
                outcome.path
            ),
            WrongOutcome(outcome.index)
        );
    }

    function _requirePending(
        Outcome calldata outcome
    ) private view returns (uint256 accountIndex, uint256 nonce, address requester) {
        Message calldata message = outcome.message;
        require(message.kindOf() == Messages.WITHDRAWAL, WrongKind(message.kindOf()));
        (accountIndex, nonce, requester) = (
            message.accountOf(),
            message.nonceOf(),
            message.namedIn()
        );
        require(
            _pending[_key(accountIndex, nonce)][requester] == outcome.index + 1,
            NotPending(outcome.index)
        );
        _requireOutcome(outcome);
    }

    function _isUnconsumedForEver(uint64 index) private view returns (bool) {
        return _isDead() && index >= ledgerRegistry.consumedCount(IInbox.Lane.User);
    }

    // The venue

    function _liquidation(
        uint256 accountIndex,
        uint256 nonce
    ) private view returns (ILiquidationEngine.Liquidation memory) {
        return ILiquidationEngine(ledgerRegistry.engine()).liquidation(accountIndex, nonce);
    }

    /// @dev And what the fund paid is known: its takeover was closed.
    function _isTakenOver(
        ILiquidationEngine.Liquidation memory liquidation
    ) private pure returns (bool) {
        return
            liquidation.status == ILiquidationEngine.Status.Settled ||
            liquidation.status == ILiquidationEngine.Status.Backstopped;
    }

    /// @dev On a dead venue what was taken off is its owner's, but for what a takeover may still repay.
    function _isEnded(
        ILiquidationEngine.Liquidation memory liquidation
    ) private view returns (bool) {
        return _isDead() && liquidation.status != ILiquidationEngine.Status.Escrowed;
    }

    function _isDead() private view returns (bool) {
        return ledgerRegistry.mode() == ILedgerRegistry.Mode.Dead;
    }

    function _fund() private view returns (address) {
        return address(ILiquidationEngine(ledgerRegistry.engine()).insuranceFund());
    }

    function _key(uint256 accountIndex, uint256 nonce) private pure returns (uint256) {
        return (accountIndex << NONCE_BITS) | nonce;
    }
}
