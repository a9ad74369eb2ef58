// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {HealthProof} from "./IHealthGate.sol";
import {IInsuranceFund} from "./IInsuranceFund.sol";
import {ILiquidationEngine} from "./ILiquidationEngine.sol";
import {IProofGate} from "./IProofGate.sol";

/// @title The buffer's guarantee of a small gap below maintenance
/// @notice For a few ticks the fund's first-loss buffer stands in for what an account lacks, so that a short fall does
/// not sell it. It is no loan and cures nothing: no money reaches the account, which may only reduce its risk until it
/// is shown healthy. While the guarantee runs, an opening must show that the account lacks more than is guaranteed.
/// When it falls due the account is anybody's to liquidate, and what was guaranteed is the first of what its
/// liquidation may draw.
/// @dev Trust assumptions: those of `ILiquidationEngine`; that the rollup keeps a risk-reducing account from taking
/// risk, as docs/integration.md demands (T10).
///
/// What a repeated, late or hostile call gains:
/// - `take` is the owner's alone, of an account whose equity is at least `floorBps` of its maintenance margin: what is
///   guaranteed is what lies between. A fee is paid at once and never comes back. Once per `windowSeconds` for an
///   account and for an owner, at most `perOwnerE6` and `totalE6` at a time, of the buffer alone: owners of many names
///   share `totalE6`, and pay for it.
/// - It cannot be stretched: due is a moment of the market clock, which a halt stops as it stops liquidations.
/// - It cannot lever: the account is risk-reducing only before its margin is guaranteed, and withdraws nothing.
interface IMarginGuarantee is IProofGate {
    /// @param floorBps Least equity, as a share of the maintenance margin, in 10^-4
    /// @param termSeconds Market-clock seconds until it is due
    /// @param windowSeconds Seconds until the same account or owner may have another
    /// @param feeBps Fee, as a share of what is guaranteed, in 10^-4
    /// @param minFeeE6 Least fee
    /// @param perOwnerE6 Most that is guaranteed to one owner at a time
    /// @param totalE6 Most that is guaranteed at a time
    struct GuaranteeConfig {
        uint16 floorBps;
        uint32 termSeconds;
        uint32 windowSeconds;
        uint16 feeBps;
        uint64 minFeeE6;
        uint64 perOwnerE6;
        uint64 totalE6;
    }

    /// @param owner Whom it counts for; zero where there is none
    /// @param amountE6 What is guaranteed
    /// @param dueAt Market clock after which it ends
    struct Guarantee {
        address owner;
        uint64 amountE6;
        uint32 dueAt;
    }

    event GuaranteeTaken(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed owner,
        uint256 amountE6,
        uint256 feeE6,
        uint64 dueAt,
        uint64 messageIndex
    );
    event GuaranteeEnded(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        uint256 releasedE6
    );
    event RestrictionLifted(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        uint64 messageIndex
    );

    error InvalidGuaranteeConfig(bytes32 field);
    error NotTheAccountsOwner(address owner, address caller);
    error ChangeStated(uint256 change);
    error UnderLiquidation(uint256 accountIndex);
    error NothingToGuarantee(int256 equityE6, uint256 maintenanceMarginE6);
    error BelowFloor(int256 equityE6, uint256 floorE6);
    error StillGuaranteed(uint256 accountIndex, uint64 dueAt);
    error OncePerWindow(uint64 from);
    error AboveOwnersLimit(uint256 guaranteedE6, uint256 limitE6);
    error AboveTotalLimit(uint256 guaranteedE6, uint256 limitE6);
    error NoGuarantee(uint256 accountIndex, uint256 settlementNonce);
    error NotRestricted(uint256 accountIndex);
    error NotHealthy(int256 equityE6, uint256 maintenanceMarginE6, uint256 cureBufferBps);

    // Of the engine and the fund, which it asks.
    error AlreadyOpen(uint256 accountIndex, uint256 settlementNonce);
    error WrongPrepayment(uint256 expectedWei, uint256 givenWei);
    error BufferTooSmall(uint256 backedE6, uint256 amountE6);

    /// @notice Guarantees the caller's account, on an `account-margin` proof of it as it stands, at a tick that could be
    /// bid at. Takes the engine's `prepaidWei`, and the fee from the caller.
    function take(HealthProof calldata given) external payable;

    /// @notice Lifts the restriction of an account that is proven to have 1 + cure buffer times its maintenance margin,
    /// and ends its guarantee if it still runs. Takes the engine's `prepaidWei`. Anyone.
    /// @dev The context names the account's owner, whom it benefits.
    function release(HealthProof calldata given) external payable;

    /// @notice Ends a guarantee that is due or whose account was opened, or any of a dead venue, and makes room for
    /// others. Anyone.
    function end(uint256 accountIndex, uint256 settlementNonce) external;

    /// @notice The guarantee of an account at a settlement nonce.
    function guaranteeOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Guarantee memory);

    /// @notice What is guaranteed to an owner, and in all.
    function outstanding(address owner) external view returns (uint256 ownersE6, uint256 totalE6);

    /// @notice Whose openings it holds off.
    function engine() external view returns (ILiquidationEngine);

    /// @notice Whose buffer it is.
    function insuranceFund() external view returns (IInsuranceFund);

    /// @notice The immutable configuration.
    function config() external view returns (GuaranteeConfig memory);
}
