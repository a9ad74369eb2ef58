// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {HealthProof} from "../interfaces/IHealthGate.sol";
import {IInbox, Message} from "../interfaces/IInbox.sol";
import {IInboxVault, Outcome} from "../interfaces/IInboxVault.sol";
import {ILedgerRegistry} from "../interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "../interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "../interfaces/IMarketFeed.sol";
import {Messages} from "../libraries/Messages.sol";
import {Outcomes} from "../libraries/Outcomes.sol";
import {ScalarField} from "../libraries/ScalarField.sol";
import {AccountMarginSignals} from "../verifiers/AccountMarginSignals.sol";
import {AccountMarginGate} from "./AccountMarginGate.sol";
import {ProofGate} from "./ProofGate.sol";

/// @title Deposits, refunds, withdrawals and claims, of whatever asset
/// @dev Behaviour: see `IVault` and `ICoinVault`. What is held, and in which unit, is the vault's own.
abstract contract InboxVault is IInboxVault, AccountMarginGate, ReentrancyGuardTransient {
    using Messages for Message;

    bytes32 private constant CLAIM = keccak256("plimsoll.vault.claim");
    uint256 private constant REFUND_BITS = 256;
    uint256 private constant NONCE_BITS = 32;
    /// @dev After account and nonce.
    uint256 private constant KIND_BIT = 56;

    /// @inheritdoc IInboxVault
    ILedgerRegistry public immutable ledgerRegistry;

    mapping(uint256 slot => uint256) private _refunded;
    mapping(uint256 key => mapping(address requester => uint64)) private _pending;

    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory accountMarginVerifiers
    )
        ProofGate(marketFeed_)
        AccountMarginGate(accountMarginVerifiers, marketFeed_.ledgerRegistry().maxPositions())
    {
        ledgerRegistry = marketFeed_.ledgerRegistry();
    }

    // Messages

    /// @param leastE6 And `mostE6`: what an amount of this kind may be, in its own unit
    function _append(
        uint8 kind,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        uint256 leastE6,
        uint256 mostE6
    ) internal returns (uint64) {
        require(
            amountE6 >= leastE6 && amountE6 <= mostE6,
            AmountOutOfRange(amountE6, leastE6, mostE6)
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

    /// @dev One request at a time of a kind for (account, nonce, requester).
    function _request(
        uint8 kind,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        uint256 leastE6,
        uint256 mostE6
    ) internal returns (uint64 messageIndex) {
        mapping(address => uint64) storage pending = _pending[
            _pendingKey(kind, accountIndex, settlementNonce)
        ];
        uint64 earlier = pending[msg.sender];
        // The arguments of an error are worked out also where it is not raised.
        require(earlier == 0, WithdrawalPending(earlier == 0 ? 0 : earlier - 1));

        messageIndex = _append(kind, accountIndex, settlementNonce, amountE6, leastE6, mostE6);
        pending[msg.sender] = messageIndex + 1;
    }

    /// @dev Notes that what a deposit did not credit is given back; once.
    function _refund(Outcome calldata outcome, uint8 kind) internal returns (uint256 amountE6) {
        uint256 creditedE6 = 0;
        if (_isUnconsumedForEver(outcome.index)) {
            ledgerRegistry.requireMessage(IInbox.Lane.User, outcome.index, outcome.message);
        } else {
            _requireOutcome(outcome);
            creditedE6 = outcome.amountE6;
        }
        Message calldata message = outcome.message;
        require(message.kindOf() == kind, WrongKind(message.kindOf()));
        amountE6 = Math.saturatingSub(message.amountOf(), creditedE6);
        require(amountE6 != 0, NothingToRefund(outcome.index));
        (uint256 slot, uint256 bit) = (
            outcome.index / REFUND_BITS,
            1 << (outcome.index % REFUND_BITS)
        );
        require(_refunded[slot] & bit == 0, AlreadyRefunded(outcome.index));

        _refunded[slot] |= bit;
    }

    /// @dev That the ledger consumed this message with this outcome.
    function _requireOutcome(Outcome calldata outcome) internal view {
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
        Outcome calldata outcome,
        uint8 kind
    ) internal view returns (uint256 accountIndex, uint256 nonce, address requester) {
        Message calldata message = outcome.message;
        require(message.kindOf() == kind, WrongKind(message.kindOf()));
        (accountIndex, nonce, requester) = (
            message.accountOf(),
            message.nonceOf(),
            message.namedIn()
        );
        require(
            _pendingOf(kind, accountIndex, nonce, requester) == outcome.index + 1,
            NotPending(outcome.index)
        );
        _requireOutcome(outcome);
    }

    function _endPending(
        uint8 kind,
        uint256 accountIndex,
        uint256 nonce,
        address requester
    ) internal {
        delete _pending[_pendingKey(kind, accountIndex, nonce)][requester];
    }

    function _pendingOf(
        uint8 kind,
        uint256 accountIndex,
        uint256 nonce,
        address requester
    ) internal view returns (uint64) {
        return _pending[_pendingKey(kind, accountIndex, nonce)][requester];
    }

    // Claims

    /// @dev Ends a pending withdrawal on a proof that the account, in a ledger that has taken it off, is at initial
    /// margin, while its nonce is not under liquidation.
    function _claim(
        Outcome calldata outcome,
        HealthProof calldata proof,
        uint8 kind
    ) internal returns (uint256 accountIndex, address requester) {
        uint256 nonce;
        (accountIndex, nonce, requester) = _requirePending(outcome, kind);
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
        _endPending(kind, accountIndex, nonce, requester);
    }

    /// @dev That what was taken off goes out without a proof: nobody can claim it any more.
    function _requireClosed(
        ILiquidationEngine.Liquidation memory liquidation,
        uint256 accountIndex,
        uint256 nonce
    ) internal view {
        require(
            _isTakenOver(liquidation) || _isEnded(liquidation),
            NotTakenOver(accountIndex, nonce)
        );
    }

    // The venue

    function _isUnconsumedForEver(uint64 index) internal view returns (bool) {
        return _isDead() && index >= ledgerRegistry.consumedCount(IInbox.Lane.User);
    }

    function _liquidation(
        uint256 accountIndex,
        uint256 nonce
    ) internal view returns (ILiquidationEngine.Liquidation memory) {
        return ILiquidationEngine(ledgerRegistry.engine()).liquidation(accountIndex, nonce);
    }

    function _isDead() internal view returns (bool) {
        return ledgerRegistry.mode() == ILedgerRegistry.Mode.Dead;
    }

    /// @dev On a dead venue what was taken off is its owner's, but for what a takeover may still repay.
    function _isEnded(
        ILiquidationEngine.Liquidation memory liquidation
    ) private view returns (bool) {
        return _isDead() && liquidation.status != ILiquidationEngine.Status.Escrowed;
    }

    /// @dev And what the fund paid is known: its takeover was closed.
    function _isTakenOver(
        ILiquidationEngine.Liquidation memory liquidation
    ) private pure returns (bool) {
        return
            liquidation.status == ILiquidationEngine.Status.Settled ||
            liquidation.status == ILiquidationEngine.Status.Backstopped;
    }

    function _key(uint256 accountIndex, uint256 nonce) internal pure returns (uint256) {
        return (accountIndex << NONCE_BITS) | nonce;
    }

    function _pendingKey(
        uint8 kind,
        uint256 accountIndex,
        uint256 nonce
    ) private pure returns (uint256) {
        return (uint256(kind) << KIND_BIT) | _key(accountIndex, nonce);
    }
}
