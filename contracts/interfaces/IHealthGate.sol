// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AccountChange} from "../libraries/AccountChanges.sol";
import {Proof} from "./IGroth16Verifier.sol";
import {IProofGate} from "./IProofGate.sol";

/// @notice An `account-margin` proof as a consumer hands it on.
/// @param tick The margin tick the proof was made for
/// @param profile Which verifier, by the positions it holds
/// @param publicSignals Of the `account-margin` statement, in the manifest's order
struct HealthProof {
    uint64 tick;
    uint8 profile;
    Proof proof;
    uint256[] publicSignals;
}

/// @notice What a proof that was accepted says; amounts are those after the change.
/// @param owner The account's owner, as the ledger has it
/// @param tick The margin tick it holds at
/// @param ledgerSequence Sequence number of that tick's ledger root
struct HealthyAccount {
    address owner;
    uint32 settlementNonce;
    uint64 tick;
    uint64 ledgerSequence;
    int256 equityE6;
    uint256 initialMarginE6;
    uint256 maintenanceMarginE6;
}

/// @title A gate other contracts ask: is this account healthy, and would it still be?
/// @notice Healthy is equity at or above initial margin, proven over the whole scenario grid at an admissible
/// margin tick, of the account as it stands or after exactly the stated change. Both functions are views and
/// revert unless it is proven; each broken binding has its own error.
/// @dev Trust assumptions: the verifying keys, the market feed's quorum, the parameter timelock and the
/// rollup's transition proof. There is no owner and no state.
///
/// What the gate excludes. The context of a proof names this gate on this chain and the calling contract, so a
/// proof made for one consumer serves no other; account and change are compared with those the consumer asks
/// about, so it serves no other account and no other change, also not "no change".
///
/// What the consumer must exclude, for only it knows what it does on the strength of a proof:
/// - *The same proof twice.* A proof stays valid while its tick is admissible, and anyone can re-randomise it.
///   Allow one action per account and ledger root, and none until the ledger contains the last one: a proof
///   about a ledger that lacks the last withdrawal would allow it again.
/// - *A ledger of the past.* What the account did after the tick's ledger is not in the proof. Compare
///   `ledgerSequence` with the registry's latest, and see to it that the rollup does your action before anything
///   that is not in that ledger yet.
/// - *Two consumers at once.* Each would judge its own change as if the other did not happen. What can change
///   the same accounts must share one record of what is pending.
/// - *Somebody else's proof.* Ledger data is published, so anyone can prove any account. A proof shows health,
///   not consent: compare `owner` with the caller. Copying a proof from the mempool then gains nothing.
/// - *Half a trade.* Positions are carried at their full mark, so a position that comes without its price makes
///   the account look richer by all of it. State what the trade pays or brings in the same change; whether that
///   price is fair is not judged here.
/// - *The kinder of two ticks.* The current tick and the one before it are admissible. Where choosing matters,
///   compare `tick` with `IMarketFeed.latestTick`.
/// While the market is halted no tick is admissible, and nothing passes.
interface IHealthGate is IProofGate {
    error WrongAccount(uint256 expected, uint256 proven);
    error WrongChange(uint256 expected, uint256 proven);
    error BelowInitialMargin(int256 equityE6, uint256 initialMarginE6);

    /// @notice Reverts unless `proof` shows the account, as it stands, at or above initial margin.
    function requireHealthy(
        uint256 accountIndex,
        HealthProof calldata proof
    ) external view returns (HealthyAccount memory);

    /// @notice Reverts unless `proof` shows the account at or above initial margin after exactly `change`.
    function requireHealthyAfter(
        uint256 accountIndex,
        AccountChange calldata change,
        HealthProof calldata proof
    ) external view returns (HealthyAccount memory);

    /// @notice The word by which a proof states `change`; reverts for one that is not canonical.
    function changeWord(AccountChange calldata change) external pure returns (uint256);
}
