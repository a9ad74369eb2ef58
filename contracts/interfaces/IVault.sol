// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {HealthProof} from "./IHealthGate.sol";
import {IInboxVault, Outcome} from "./IInboxVault.sol";

/// @title The venue's custody of the quote asset
/// @notice Deposits are messages, withdrawals are request → outcome → claim. There is no owner and no release but
/// by claim, close, refund and exit.
/// @dev Accounts: *held* backs the ledger (deposits in flight included), *escrowed* waits for a Takeover,
/// *claimable* is somebody's to collect. What the contract has is never less than their sum; what it has more
/// came by direct transfer and goes to the fund's buffer (`skim`).
/// - A withdrawal is one at a time per (account, nonce, requester); the rollup gives a request of anybody but the
///   owner, of a frozen account or of another nonce the outcome 0, so nobody can block or redirect one.
/// - What the ledger took off is claimed with a proof that the account, in a ledger without it, is at initial
///   margin. While the nonce is under liquidation it waits; once the nonce was taken over it first repays what
///   the fund paid for it, and the rest is the former owner's. It never goes back to the account.
/// - On a dead venue: escrows, deposits that were not consumed and withdrawals that were go out first; then
///   accounts register at one final tick for `exitWindow` and share what is held, in proportion to their equity
///   if it is not enough. Positions are not wound down.
/// Trust assumptions: the transition verifier for outcomes; the feed's quorum and the keys for claims; an asset
/// of 6 decimals that moves exactly the amounts asked.
interface IVault is IInboxVault {
    /// @param minDepositE6 Least a deposit or a request can be, so that spam costs
    /// @param exitWindow Seconds for which exits of a dead venue are registered before they are paid
    struct VaultConfig {
        uint64 minDepositE6;
        uint32 exitWindow;
    }

    /// @notice Somebody's part of a settlement.
    struct Payout {
        address to;
        uint256 amountE6;
    }

    event Deposited(
        uint256 indexed accountIndex,
        address indexed depositor,
        uint64 indexed messageIndex,
        uint256 amountE6
    );
    event DepositRefunded(uint64 indexed messageIndex, address indexed depositor, uint256 amountE6);
    event WithdrawalRequested(
        uint256 indexed accountIndex,
        address indexed requester,
        uint64 indexed messageIndex,
        uint256 amountE6
    );
    event WithdrawalClaimed(
        uint256 indexed accountIndex,
        address indexed owner,
        uint64 indexed messageIndex,
        uint256 amountE6
    );
    event WithdrawalSettled(
        uint256 indexed accountIndex,
        address indexed owner,
        uint64 indexed messageIndex,
        uint256 repaidE6,
        uint256 amountE6
    );
    event FundRepaid(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address payer,
        uint256 amountE6
    );
    event Escrowed(address indexed payer, uint256 amountE6);
    event Settled(uint256 creditE6);
    event Claimable(address indexed to, uint256 amountE6);
    event Collected(address indexed owner, address indexed to, uint256 amountE6);
    event Skimmed(uint256 amountE6);
    event ExitBegun(uint64 indexed tick, uint64 registrationEnds);
    event ExitRegistered(uint256 indexed accountIndex, address indexed owner, uint256 equityE6);
    event ExitPaid(uint256 indexed accountIndex, address indexed owner, uint256 amountE6);

    error WrongDecimals(uint8 decimals);
    error InvalidVaultConfig();
    error NotTheEngine(address caller);
    error NotTheFund(address caller);
    error NothingToSkim();
    error VenueNotDead();
    error ExitAlreadyBegun(uint64 tick);
    error NotTheFinalLedger(uint64 final_, uint64 ticks);
    error NotTheExitTick(uint64 exitTick, uint64 tick);
    error RegistrationEnded(uint64 endedAt);
    error AlreadyRegistered(uint256 accountIndex);

    /// @notice Takes `amountE6` from the caller for an account at a nonce; refunded if the rollup cannot credit it.
    function deposit(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external returns (uint64 messageIndex);

    /// @notice Makes what a consumed deposit did not credit claimable by its depositor; on a dead venue also all of
    /// a deposit that was not consumed (its outcome is then ignored).
    function refundDeposit(Outcome calldata outcome) external;

    /// @notice Asks the rollup to take up to `amountE6` off an account for its owner, who must be the caller.
    function requestWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external returns (uint64 messageIndex);

    /// @notice Makes what the rollup took off claimable by the owner, on a proof that the account as it stands is
    /// at initial margin in a ledger that has taken it off. The context names the requester; anyone may submit.
    function claimWithdrawal(Outcome calldata outcome, HealthProof calldata proof) external;

    /// @notice Ends a withdrawal that needs no proof: its outcome is 0, its nonce was taken over, or the venue is
    /// dead.
    function settleWithdrawal(Outcome calldata outcome) external;

    /// @notice Pays the fund back for what it paid for a nonce, out of the caller's pocket: what frees coins that were
    /// taken off it (`ICoinVault.settleWithdrawal`). Anyone.
    function repayFund(uint256 accountIndex, uint256 settlementNonce, uint256 amountE6) external;

    /// @notice Takes `amountE6` from `payer` into escrow. The engine only.
    function escrowFrom(address payer, uint256 amountE6) external;

    /// @notice Counts as escrowed what the fund is about to send. The fund only.
    function escrowFromFund(uint256 amountE6) external;

    /// @notice Moves `creditE6` of the escrow to what backs the ledger, and the payouts to claims. The engine only.
    function settle(uint256 creditE6, Payout[] calldata payouts) external;

    /// @notice Makes what a cure paid claimable by whoever paid it, where the dead venue never had the Unfreeze. The
    /// engine only.
    function returnCredit(address payer, uint256 amountE6) external;

    /// @notice Pays all that is claimable by the caller to `to`.
    function collect(address to) external returns (uint256 amountE6);

    /// @notice Sends what came by direct transfer to the fund's buffer.
    function skim() external returns (uint256 amountE6);

    /// @notice On a dead venue, fixes the final tick: the current one, if it has the final ledger.
    function beginExit() external;

    /// @notice Registers an account's equity at the final tick. The context names the owner; anyone may submit.
    function registerExit(HealthProof calldata proof) external;

    /// @notice Makes an account's share claimable by its owner, once registration has ended.
    function payExit(uint256 accountIndex) external;

    /// @notice The index of the pending withdrawal of a requester plus one; zero if there is none.
    function pendingWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        address requester
    ) external view returns (uint64);

    /// @notice What an address can collect.
    function claimableE6(address owner) external view returns (uint256);

    /// @notice What backs the ledger, what waits for Takeovers, what is claimable in sum.
    function totals()
        external
        view
        returns (uint256 heldE6, uint256 escrowedE6, uint256 claimableE6);

    /// @notice All that ever came in for the ledger: what is held, and what has left it. Deposits count when they are
    /// made, what a cure or a takeover credits when `settle` moves it; nothing ever makes it smaller.
    function receivedE6() external view returns (uint256);

    /// @notice Who is paid for a registered account, its equity and that of all that are registered, once no more can
    /// be; refused before.
    function exitClaim(
        uint256 accountIndex
    ) external view returns (address owner, uint256 equityE6, uint256 registeredE6);

    /// @notice What the fund paid for a nonce and nobody has paid back.
    function unrepaidE6(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (uint256);

    /// @notice The asset held.
    function asset() external view returns (IERC20);

    /// @notice The immutable configuration.
    function config() external view returns (VaultConfig memory);
}
