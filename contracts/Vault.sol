// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {InboxVault} from "./base/InboxVault.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof} from "./interfaces/IHealthGate.sol";
import {Message} from "./interfaces/IInbox.sol";
import {Outcome} from "./interfaces/IInboxVault.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IVault} from "./interfaces/IVault.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Messages} from "./libraries/Messages.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";

/// @title The venue's custody of the quote asset
/// @dev Behaviour and trust assumptions: see `IVault`.
contract Vault is IVault, InboxVault {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;
    using Messages for Message;

    bytes32 private constant EXIT = keccak256("plimsoll.vault.exit");
    uint8 private constant DECIMALS = 6;

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

    uint64 private immutable _minDepositE6;
    uint32 private immutable _exitWindow;

    Backing private _backing;
    Claims private _claims;
    Exit private _exit;
    mapping(uint256 account => Registration) private _registrations;
    mapping(uint256 account => bool) private _isPaid;
    mapping(uint256 key => uint256) private _repaidE6;

    /// @inheritdoc IVault
    mapping(address owner => uint256) public claimableE6;

    constructor(
        IERC20 asset_,
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        VaultConfig memory config_
    ) InboxVault(marketFeed_, accountMarginVerifiers) {
        uint8 decimals = IERC20Metadata(address(asset_)).decimals();
        require(decimals == DECIMALS, WrongDecimals(decimals));
        require(
            config_.minDepositE6 != 0 &&
                config_.minDepositE6 <= Messages.MAX_AMOUNT_E6 &&
                config_.exitWindow != 0,
            InvalidVaultConfig()
        );
        asset = asset_;
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
        messageIndex = _append(
            Messages.DEPOSIT,
            accountIndex,
            settlementNonce,
            amountE6,
            leastE6,
            Messages.MAX_AMOUNT_E6
        );

        _backing.heldE6 += uint128(amountE6);
        emit Deposited(accountIndex, msg.sender, messageIndex, amountE6);
        asset.pullExactly(msg.sender, amountE6);
    }

    /// @inheritdoc IVault
    function refundDeposit(Outcome calldata outcome) external {
        uint256 amountE6 = _refund(outcome, Messages.DEPOSIT);
        address depositor = outcome.message.namedIn();
        emit DepositRefunded(outcome.index, depositor, amountE6);
        _releaseBeforeExits(depositor, amountE6);
    }

    /// @inheritdoc IVault
    function requestWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external returns (uint64 messageIndex) {
        messageIndex = _request(
            Messages.WITHDRAWAL,
            accountIndex,
            settlementNonce,
            amountE6,
            _minDepositE6,
            Messages.MAX_AMOUNT_E6
        );
        emit WithdrawalRequested(accountIndex, msg.sender, messageIndex, amountE6);
    }

    /// @inheritdoc IVault
    function claimWithdrawal(
        Outcome calldata outcome,
        HealthProof calldata proof
    ) external nonReentrant {
        (uint256 accountIndex, address requester) = _claim(outcome, proof, Messages.WITHDRAWAL);
        emit WithdrawalClaimed(accountIndex, requester, outcome.index, outcome.amountE6);
        _releaseBeforeExits(requester, outcome.amountE6);
    }

    /// @inheritdoc IVault
    function settleWithdrawal(Outcome calldata outcome) external {
        (uint256 accountIndex, uint256 nonce, address requester) = _requirePending(
            outcome,
            Messages.WITHDRAWAL
        );
        uint256 amountE6 = outcome.amountE6;
        uint256 repaidE6 = 0;
        if (amountE6 != 0) {
            ILiquidationEngine.Liquidation memory liquidation = _liquidation(accountIndex, nonce);
            _requireClosed(liquidation, accountIndex, nonce);
            if (liquidation.fundPaidE6 != 0) {
                repaidE6 = Math.min(amountE6, _unrepaidE6(liquidation, accountIndex, nonce));
                amountE6 -= repaidE6;
                _repaidE6[_key(accountIndex, nonce)] += repaidE6;
            }
        }

        _endPending(Messages.WITHDRAWAL, accountIndex, nonce, requester);
        emit WithdrawalSettled(accountIndex, requester, outcome.index, repaidE6, amountE6);
        if (repaidE6 != 0) _releaseBeforeExits(_fund(), repaidE6);
        if (amountE6 != 0) _releaseBeforeExits(requester, amountE6);
    }

    /// @inheritdoc IVault
    function repayFund(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external nonReentrant {
        uint256 mostE6 = unrepaidE6(accountIndex, settlementNonce);
        require(amountE6 != 0 && amountE6 <= mostE6, AmountOutOfRange(amountE6, 1, mostE6));

        _repaidE6[_key(accountIndex, settlementNonce)] += amountE6;
        emit FundRepaid(accountIndex, settlementNonce, msg.sender, amountE6);
        _owe(_fund(), amountE6);
        asset.pullExactly(msg.sender, amountE6);
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
        (address owner, uint256 equityE6, uint256 registeredE6) = exitClaim(accountIndex);
        require(!_isPaid[accountIndex], NotRegistered(accountIndex));

        // Fixed by the first, so that all are paid the same share of what they had.
        if (_exit.sharedE6 == 0) {
            require(_backing.heldE6 != 0, HoldsTooLittle(0, equityE6));
            _exit.sharedE6 = Math.min(_backing.heldE6, registeredE6);
        }
        uint256 shareE6 = Math.mulDiv(equityE6, _exit.sharedE6, registeredE6);
        // The registration stays: it is also what coins are shared by.
        _isPaid[accountIndex] = true;
        emit ExitPaid(accountIndex, owner, shareE6);
        _releaseHeld(owner, shareE6);
    }

    // Views

    /// @inheritdoc IVault
    function pendingWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        address requester
    ) external view returns (uint64) {
        return _pendingOf(Messages.WITHDRAWAL, accountIndex, settlementNonce, requester);
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

    /// @inheritdoc IVault
    function unrepaidE6(
        uint256 accountIndex,
        uint256 settlementNonce
    ) public view returns (uint256) {
        return
            _unrepaidE6(_liquidation(accountIndex, settlementNonce), accountIndex, settlementNonce);
    }

    /// @inheritdoc IVault
    function exitClaim(
        uint256 accountIndex
    ) public view returns (address owner, uint256 equityE6, uint256 registeredE6) {
        Exit memory exit = _exit;
        require(exit.tick != 0, ExitNotBegun());
        require(block.timestamp > exit.registrationEnds, RegistrationOpen(exit.registrationEnds));
        Registration memory registration = _registrations[accountIndex];
        require(registration.equityE6 != 0, NotRegistered(accountIndex));
        return (registration.owner, registration.equityE6, exit.registeredE6);
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

    // The venue

    function _unrepaidE6(
        ILiquidationEngine.Liquidation memory liquidation,
        uint256 accountIndex,
        uint256 nonce
    ) private view returns (uint256) {
        return Math.saturatingSub(liquidation.fundPaidE6, _repaidE6[_key(accountIndex, nonce)]);
    }

    function _fund() private view returns (address) {
        return address(ILiquidationEngine(ledgerRegistry.engine()).insuranceFund());
    }
}
