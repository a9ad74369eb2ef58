// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Message} from "./IInbox.sol";
import {IInboxErrors} from "./IInboxErrors.sol";
import {ILedgerRegistry} from "./ILedgerRegistry.sol";
import {IProofGate} from "./IProofGate.sol";

/// @notice A user message that was consumed, with what came of it.
/// @param index Of the message in the user lane
/// @param amountE6 What was applied: credited by a deposit, taken off by a withdrawal; of a coin in 10^-8
/// @param sequence The ledger that consumed it
/// @param path Merkle path to that ledger's outcomes root
struct Outcome {
    uint64 index;
    Message message;
    uint64 amountE6;
    uint64 sequence;
    bytes32[] path;
}

/// @title What the vaults of a venue share
/// @notice Deposits are messages, withdrawals are request → outcome → claim.
interface IInboxVault is IProofGate, IInboxErrors {
    error AmountOutOfRange(uint256 amountE6, uint256 least, uint256 most);
    error AccountIndexOutOfRange(uint256 accountIndex);
    error SettlementNonceOutOfRange(uint256 settlementNonce);
    error WithdrawalPending(uint64 messageIndex);
    error NotPending(uint64 messageIndex);
    error WrongKind(uint8 kind);
    error NotConsumedBy(uint64 messageIndex, uint64 sequence);
    error WrongOutcome(uint64 messageIndex);
    error NothingToRefund(uint64 messageIndex);
    error AlreadyRefunded(uint64 messageIndex);
    error LedgerTooOld(uint64 needed, uint64 given);
    error WrongAccount(uint256 expected, uint256 proven);
    error WrongNonce(uint256 expected, uint256 proven);
    error NotTheOwner(address owner, address requester);
    error NotAsItStands(uint256 change);
    error BelowInitialMargin(int256 equityE6, uint256 initialMarginE6);
    error UnderLiquidation(uint256 accountIndex, uint256 settlementNonce);
    error NotTakenOver(uint256 accountIndex, uint256 settlementNonce);
    error NothingToCollect(address owner);
    error HoldsTooLittle(uint256 held, uint256 amount);
    error ExitNotBegun();
    error RegistrationOpen(uint64 endsAt);
    error NotRegistered(uint256 accountIndex);
    error SharesAreFixed();

    /// @notice The registry whose messages and ledgers count here.
    function ledgerRegistry() external view returns (ILedgerRegistry);
}
