// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IVault} from "./IVault.sol";

/// @title The insurance fund: a first-loss buffer, then an ERC-4626 of depositors
/// @notice Pays for the engine only: the incentive or deficit of a bid, the deficit of a takeover by the Backstop.
/// Losses take the buffer (penalties, fees, what the Backstop passes on) first, then the depositors' assets.
/// @dev Trust assumptions: the engine, which asks only on proofs; an asset that moves exactly the amounts asked.
/// There is no owner. Accounting:
/// - `totalAssets` is the depositors' part, accounted, never `balanceOf`: a transfer changes no share price, and
///   `skim` adds it to the buffer.
/// - *Free* is buffer + depositors' assets - reserved - queued. An opening reserves what its account is short of;
///   redemptions cannot take what is reserved or queued.
/// - A deficit above `coverPerWindow` is queued, ahead of redemptions, and paid when the window allows; above what
///   is free it is recorded (`uncoveredE6`), which blocks nobody and which anybody may pay.
/// - 10^6 virtual shares per asset unit make inflating the price of a first deposit cost more than it steals.
/// - Leaving takes `requestRedeem`, then `cooldown` seconds in which the shares bear every loss, then a redemption
///   within `redeemWindow` seconds.
interface IInsuranceFund is IERC4626 {
    /// @param cooldown Seconds between a request and the earliest redemption
    /// @param redeemWindow Seconds for which a matured request can be used
    /// @param windowSeconds Length of the window in which deficits are capped
    /// @param coverPerWindowE6 Most that takeovers by the Backstop are paid within a window
    struct FundConfig {
        uint32 cooldown;
        uint32 redeemWindow;
        uint32 windowSeconds;
        uint128 coverPerWindowE6;
    }

    /// @param shares Shares under request
    /// @param maturesAt Time from which they can be redeemed
    struct RedeemRequest {
        uint256 shares;
        uint64 maturesAt;
    }

    /// @notice A deficit that waits for its window, paid as a deposit to the account the Backstop took over.
    struct QueuedClaim {
        uint32 accountIndex;
        uint32 settlementNonce;
        uint128 amountE6;
    }

    event RedeemRequested(address indexed owner, uint256 shares, uint64 maturesAt);
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
    event UncoveredPaid(address indexed from, uint256 amountE6);

    error InvalidFundConfig(bytes32 field);
    error AssetMismatch(address fundAsset, address vaultAsset);
    error NotTheEngine(address caller);
    error RequestAboveBalance(uint256 shares, uint256 balance);
    error NothingQueued();
    error CoverWindowSpent(uint64 windowEnds);
    error NothingToCollect();
    error NothingToSkim();
    error AboveUncovered(uint256 recordedE6, uint256 amountE6);

    /// @notice Asks to leave with `shares` after the cooldown. Replaces a request under way, whose cooldown
    /// starts anew; zero withdraws it.
    function requestRedeem(uint256 shares) external;

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

    /// @notice First-loss buffer.
    function bufferE6() external view returns (uint256);

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
