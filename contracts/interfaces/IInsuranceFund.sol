// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVault} from "./IVault.sol";

/// @title The insurance fund: a first-loss buffer, then an ERC-4626 of depositors
/// @notice Pays for the engine only: the incentive or deficit of a bid, the deficit of a takeover by the Backstop.
/// Losses take the buffer (penalties, fees, what the Backstop passes on) first, then the depositors' assets.
/// @dev Trust assumptions: the engine, which asks only on proofs; the registry, which names engine and guarantee.
/// An asset that moves other amounts than it is asked to is refused. There is no owner. Accounting:
/// - The depositors' part is accounted, never `balanceOf`: a transfer changes no share price, and `skim` adds it to
///   the buffer. `totalAssets` is that part less the queued claims that the buffer does not back.
/// - *Free* is buffer + depositors' assets - reserved - queued. An opening reserves what its account is short of.
/// - A deficit above `coverPerWindow` is queued, ahead of redemptions, and paid when the window allows; above what
///   is free it is recorded (`uncoveredE6`), which blocks nobody and which anybody may pay.
/// - 10^6 virtual shares per asset unit make inflating the price of a first deposit cost more than it steals.
/// - Leaving is no option. A request joins the batch of its day and cannot be withdrawn; its shares bear every loss
///   until the batch settles, at a time that the batch fixed when it began. It is then paid the lesser of what it was
///   worth at the request and at the settlement, where a reservation counts as lost. A batch settles in a calm market
///   only, at the latest `maxWait` after it matured.
/// - Depositors earn `incomeBps` of their assets a year, out of what the buffer has above `bufferTarget`, reservations
///   and queued claims; until it has flowed it is first-loss like all of the buffer. So a deposit made just before
///   money arrives has no part of it, and a small one does not inflate its shares by it.
/// - While a queued claim is the depositors' to pay, nobody enters.
/// - Losing all but a millionth ends an *epoch*: its shares are void, and the next deposit begins another, so that no
///   series of wipe-outs makes shares without bound.
/// - The buffer may *guarantee* (`IMarginGuarantee`): what it guarantees is reserved, of the buffer alone, and pays for
///   no other account.
interface IInsuranceFund is IERC4626 {
    /// @param batchSeconds For how long a batch takes requests, from its first
    /// @param cooldown Seconds from then to its settlement
    /// @param calmSeconds For how long the market must not have been halted, uncertain or silent when it settles
    /// @param maxWait Seconds after which it settles all the same
    /// @param windowSeconds Length of the window in which deficits are capped
    /// @param coverPerWindowE6 Most that takeovers by the Backstop are paid within a window
    /// @param bufferTargetE6 What the buffer keeps before depositors earn anything
    /// @param incomeBps Most that depositors earn in a year, of their assets
    struct FundConfig {
        uint32 batchSeconds;
        uint32 cooldown;
        uint32 calmSeconds;
        uint32 maxWait;
        uint32 windowSeconds;
        uint128 coverPerWindowE6;
        uint128 bufferTargetE6;
        uint32 incomeBps;
    }

    /// @param batch The one it joined
    /// @param shares Shares under request, which the fund keeps
    /// @param valueE6 What they were worth when they were requested; they are never paid more
    struct RedeemRequest {
        uint64 batch;
        uint256 shares;
        uint256 valueE6;
    }

    /// @param closesAt Until when it takes requests; a cooldown later it matures
    /// @param shares Of all its requests
    /// @param paidE6 What they were worth when it was settled
    struct Batch {
        uint64 closesAt;
        uint256 shares;
        uint256 paidE6;
    }

    /// @notice A deficit that waits for its window, paid as a deposit to the account the Backstop took over.
    struct QueuedClaim {
        uint32 accountIndex;
        uint32 settlementNonce;
        uint128 amountE6;
    }

    event RedeemRequested(
        address indexed owner,
        uint64 indexed batch,
        uint256 shares,
        uint256 valueE6
    );
    event RedemptionsSettled(uint64 indexed batch, uint256 shares, uint256 amountE6);
    event RedeemClaimed(address indexed owner, uint64 indexed batch, uint256 paidE6);
    event EpochEnded(uint64 indexed epoch);
    event Guaranteed(uint256 amountE6);
    event GuaranteeCalled(uint256 amountE6);
    event Reserved(uint256 amountE6);
    event Released(uint256 amountE6);
    event Paid(uint256 amountE6, uint256 fromBufferE6);
    event Covered(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        uint256 deficitE6,
        uint256 paidE6,
        uint256 queuedE6,
        uint256 uncoveredE6
    );
    event ClaimPaid(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        uint256 amountE6
    );
    event BufferRaised(uint256 amountE6);
    event IncomeBooked(uint256 amountE6);
    event UncoveredPaid(address indexed from, uint256 amountE6);

    error InvalidFundConfig(bytes32 field);
    error AssetMismatch(address fundAsset, address vaultAsset);
    error NotTheEngine(address caller);
    error RequestAboveBalance(uint256 shares, uint256 balance);
    error RequestUnderWay(uint64 batch);
    error NothingRequested(address owner);
    error NotSettled(uint64 batch);
    error NothingToSettle();
    error NotTheGuarantee(address caller);
    error BufferTooSmall(uint256 backedE6, uint256 amountE6);
    error NothingQueued();
    error CoverWindowSpent(uint64 windowEnds);
    error NothingToCollect();
    error NothingToSkim();
    error AboveUncovered(uint256 recordedE6, uint256 amountE6);

    /// @notice Asks to leave with `shares`, for good: they go to the fund, in the batch that takes requests now.
    /// One request at a time; within its batch it can be raised.
    /// @return batch The one that it joined
    function requestRedeem(uint256 shares) external returns (uint64 batch);

    /// @notice Settles the batches that are due, which every reservation and payment does too. Anyone.
    function settleRedemptions() external;

    /// @notice Pays a settled request to its owner. Anyone.
    function claimRedeem(address owner) external returns (uint256 paidE6);

    /// @notice Holds back up to `wantedE6`. The engine only.
    function reserve(uint256 wantedE6) external returns (uint256 reservedE6);

    /// @notice Releases a reservation. The engine only.
    function release(uint256 reservedE6) external;

    /// @notice Releases a reservation and sends up to `wantedE6` of what is then free to the vault. The engine only.
    function pay(uint256 reservedE6, uint256 wantedE6) external returns (uint256 paidE6);

    /// @notice Releases a reservation and covers a proven deficit: sends what the window allows to the vault, queues
    /// what is free beyond it, records the rest. The engine only.
    /// @param settlementNonce The one the account has after the takeover
    function cover(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 reservedE6,
        uint256 deficitE6
    ) external returns (uint256 paidE6);

    /// @notice What was guaranteed stands, from the opening on, for the account's liquidation. The engine only.
    function beginLiquidation(uint256 amountE6) external;

    /// @notice Reserves of the buffer alone. The guarantee only.
    function guarantee(uint256 amountE6) external;

    /// @notice Releases what a guarantee held back. The engine only.
    function endGuarantee(uint256 amountE6) external;

    /// @notice Pays the head of the queue, one window's worth at a time; on a dead venue drops it. Anyone.
    function payQueued() external;

    /// @notice Adds to the buffer from the caller. Anyone.
    function raiseBuffer(uint256 amountE6) external;

    /// @notice Adds what the vault owes the fund (penalties, repayments, refunds) to the buffer. Anyone.
    function collectPenalties() external returns (uint256 amountE6);

    /// @notice Adds what came by direct transfer to the buffer. Anyone.
    function skim() external returns (uint256 amountE6);

    /// @notice Pays for a deficit that was recorded, as a deposit to an account of the Backstop. Anyone.
    function payUncovered(uint256 accountIndex, uint256 settlementNonce, uint256 amountE6) external;

    /// @notice The request of `owner`.
    function redeemRequest(address owner) external view returns (RedeemRequest memory);

    /// @notice A batch of requests; zeros where there is none.
    function redemptionBatch(uint64 number) external view returns (Batch memory);

    /// @notice The last batch that was settled, and the last that there is.
    function redemptionBatches() external view returns (uint64 settledThrough, uint64 latest);

    /// @notice Settled requests that nobody collected yet.
    function owedE6() external view returns (uint256);

    /// @notice How often the depositors have lost everything.
    function epoch() external view returns (uint64);

    /// @notice What the buffer guarantees; part of what is reserved.
    function guaranteedE6() external view returns (uint256);

    /// @notice First-loss buffer.
    function bufferE6() external view returns (uint256);

    /// @notice What of the buffer is the depositors' by now and not booked yet, and since when: `bufferE6` and
    /// `depositedE6` are as of then, `totalAssets` is as of now.
    function income() external view returns (uint256 dueE6, uint64 from);

    /// @notice What deposits and income brought and neither redemptions nor payments took.
    function depositedE6() external view returns (uint256);

    /// @notice Held back for open liquidations.
    function reservedE6() external view returns (uint256);

    /// @notice Owed to takeovers by the Backstop once the window allows.
    function queuedE6() external view returns (uint256);

    /// @notice Buffer + depositors' assets - reserved - queued.
    function freeE6() external view returns (uint256);

    /// @notice Sum of all deficits that were recorded and not paid since.
    function uncoveredE6() external view returns (uint256);

    /// @notice What was recorded of the takeover that gave an account this nonce, and not paid since.
    function uncoveredOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (uint256);

    /// @notice The head of the queue and how many wait.
    function queue() external view returns (QueuedClaim memory head, uint256 length);

    /// @notice Where payments go.
    function vault() external view returns (IVault);

    /// @notice The immutable configuration.
    function config() external view returns (FundConfig memory);
}
