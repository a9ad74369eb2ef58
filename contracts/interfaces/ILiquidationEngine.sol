// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Proof} from "./IGroth16Verifier.sol";
import {IProofGate} from "./IProofGate.sol";

/// @title Liquidations: opened, cured, bid for and closed by proofs alone
/// @notice `open` and `cure` exist; `bid` and `close` are fixed here and revert with `NotYetAvailable`.
/// @dev Trust assumptions: the verifying keys, the market feed's quorum, the parameter timelock and the
/// rollup's transition proof. Nobody is privileged: there is no owner, no pause, no per-account setting. A
/// liquidation is one per (account, settlement nonce); the nonce rises only by a settlement the rollup proves,
/// so dust, gifts or trades after the cited tick do not undo one that is open: the owner cures it with a proof.
/// A cured account that falls again can be liquidated again, on a proof of a tick newer than the cure's: the
/// proof that opened the cured liquidation never opens another, nor does any other proof of its tick.
interface ILiquidationEngine is IProofGate {
    /// @dev `BidEscrowed` cannot be reached before `bid` is available.
    enum Status {
        None,
        Open,
        BidEscrowed,
        Cured
    }

    /// @param beneficiary Who is owed the reward; named inside the proof. Nobody, once cured
    /// @param tick The margin tick the opening cited; once cured, the one of the cure
    /// @param clockAtOpen `marketClock` at opening: auctions measure time from here, so halts stop them
    /// @param rewardE6 Owed to the beneficiary when the liquidation closes, out of what the winning bidder
    /// pays; a multiple of 100 (10^-4 USD). A cure leaves nothing owed
    struct Liquidation {
        Status status;
        address beneficiary;
        uint64 tick;
        uint64 clockAtOpen;
        uint256 rewardE6;
    }

    /// @param rewardBps Reward as a share of the proven maintenance margin, in 10^-4
    /// @param rewardCapE6 Most that any reward can be, at most 100 * (2^32 - 1)
    /// @param windowSeconds Length of the rate-limit window
    /// @param openingsPerWindow Most liquidations opened within one window: bounds what a wrong snapshot or
    /// parameter set can do before governance halts the market
    struct EngineConfig {
        uint16 rewardBps;
        uint128 rewardCapE6;
        uint32 windowSeconds;
        uint32 openingsPerWindow;
    }

    event LiquidationOpened(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed beneficiary,
        uint64 tick,
        int256 equityE6,
        uint256 requirementE6,
        uint256 rewardE6,
        uint64 clockAtOpen
    );

    event LiquidationCured(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed owner,
        uint64 tick,
        int256 equityE6,
        uint256 maintenanceMarginE6
    );

    error NotBelowMaintenance(int256 equityE6, uint256 requirementE6);
    error AlreadyOpen(uint256 accountIndex, uint256 settlementNonce);
    error NotNewerThanCure(uint64 curedAt, uint64 tick);
    error NotOpen(uint256 accountIndex, uint256 settlementNonce);
    error BidIsEscrowed(uint256 accountIndex, uint256 settlementNonce, address bidder);
    error NotCureTick(uint64 cureTick, uint64 tick);
    error NotNewerThanOpening(uint64 openedAt, uint64 tick);
    error NotAsItStands(uint256 change);
    error BelowCureMargin(int256 equityE6, uint256 maintenanceMarginE6, uint256 cureBufferBps);
    error RateLimited(uint64 windowEnds);
    error InvalidEngineConfig();
    error NotCurable(uint8 profile);
    error NotYetAvailable();

    /// @notice Opens the liquidation of an account that is below maintenance at an admissible tick.
    /// @param tick The margin tick the proof was made for
    /// @param profile Which verifier, by the positions it holds: the smallest of the statement, 16 or 64
    /// @param publicSignals Of the `liquidation` statement, in the manifest's order
    /// @param beneficiary The address the proof's context was made for; anyone may submit on their behalf
    function open(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals,
        address beneficiary
    ) external;

    /// @notice Escrows a bid for a whole account in its Dutch auction. Not yet available.
    /// @param topUpE6 What the bidder adds to the account's quote balance
    /// @param newOwner The owner the account is to have
    function bid(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 topUpE6,
        address newOwner
    ) external;

    /// @notice Ends a liquidation on an `account-margin` proof that equity is at least 1 + cure buffer times the
    /// maintenance margin of the account as it stands, before a bid is escrowed. Anyone may prove and submit.
    /// @dev The buffer is part of the parameter set and stated by the proof, so it cannot differ from the set
    /// that the tick commits to. The context names the account's owner, whom a cure benefits: it pays nobody.
    /// @param tick The current one, strictly newer than the one the liquidation was opened at
    /// @param profile Which verifier, by the positions it holds: the smallest of the statement, 16 or 64
    /// @param publicSignals Of the `account-margin` statement, in the manifest's order
    function cure(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external;

    /// @notice Settles a liquidation on a `takeover` proof of exactly the winning bid. Not yet available.
    function close(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external;

    /// @notice The liquidation of an account at a settlement nonce; status `None` if there is none.
    function liquidation(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Liquidation memory);

    /// @notice The immutable configuration.
    function config() external view returns (EngineConfig memory);
}
