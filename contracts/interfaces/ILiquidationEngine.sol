// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IBackstop} from "./IBackstop.sol";
import {Proof} from "./IGroth16Verifier.sol";
import {HealthProof} from "./IHealthGate.sol";
import {Message} from "./IInbox.sol";
import {IInboxErrors} from "./IInboxErrors.sol";
import {IInsuranceFund} from "./IInsuranceFund.sol";
import {IProofGate} from "./IProofGate.sol";
import {IVault} from "./IVault.sol";

/// @title The whole life of a liquidation
/// @notice open → Freeze → cure with payment | bid with escrow → Takeover → close | expired → Backstop. One
/// liquidation at a time per (account, settlement nonce); no status moves without a proof or a consumed message.
/// @dev Trust assumptions: the verifying keys, the market feed's quorum, the parameter timelock and the
/// transition verifier; that the rollup applies messages as docs/integration.md demands. There is no owner, no
/// pause, no per-account setting.
///
/// Who can do what, when, and what a repeated, late or hostile call gains:
/// - `open` moves no money. It needs a proof of a judgeable tick, and its cost is prepaid: the sequencer's
///   silence is paid for by the forced application, refunded otherwise. It reserves the fund for what the
///   account is short of. A cured account can be opened again only at a tick whose ledger has the Unfreeze, the
///   Backstop's accounts never.
/// - `cure` needs health *after the credit that is paid in the same call*; it takes a tick newer than the
///   opening's or the same one with a credit (which serves halts and silence).
/// - `bid` is a Dutch auction on the market clock, from the moment the ledger has the Freeze. Price and top-up
///   are escrowed whole and the Takeover is appended at once and unconditionally: a bidder who sequences has no
///   option. At its start the fund pays nothing, so a wick cannot be sold to it.
/// - `expire` hands what nobody bought within `horizonSeconds` to the Backstop. Its `account-margin` proof says
///   both that the account is still below maintenance and, to the unit, what it is short of: one proof at one
///   tick, so that a deficit is never drawn at a kinder tick than that of the takeover.
/// - `close` needs no proof: a checkpoint shows that the Takeover was consumed.
/// Payments are claims that their owners collect from the vault; nothing a stranger's contract does blocks
/// anybody.
interface ILiquidationEngine is IProofGate, IInboxErrors {
    /// @dev `Expired` is `Open` past the horizon: bids end, the Backstop and a cure at maintenance remain.
    enum Status {
        None,
        Open,
        Expired,
        Cured,
        Escrowed,
        Settled,
        Backstopped,
        Abandoned
    }

    /// @param keeper Who opened it (for `Backstopped`: who called `expire`); zero once cured
    /// @param tick The margin tick the opening cited; once cured, the cure's
    /// @param clockAtOpen Market clock at opening
    /// @param messageIndex Of the Freeze in the engine lane; once cured, of the Unfreeze
    /// @param reservedE6 What the fund holds back for it
    /// @param fundPaidE6 What the fund paid for it
    /// @param termsHash keccak256(abi.encode(Terms)) from the bid or the expiry to the close
    struct Liquidation {
        Status status;
        address keeper;
        uint32 tick;
        uint32 clockAtOpen;
        uint32 messageIndex;
        uint256 reservedE6;
        uint256 fundPaidE6;
        bytes32 termsHash;
    }

    /// @notice What a takeover moves; kept as a hash, shown again to close.
    /// @param messageIndex Of the Takeover in the engine lane
    /// @param newOwner The bidder, or the Backstop
    /// @param payer The bidder; zero for the Backstop
    /// @param formerOwner Who owned the account, as the bid's proof says
    /// @param creditE6 Credited to the account by the Takeover
    /// @param rewardE6 To the keeper
    /// @param penaltyE6 To the fund's first-loss buffer
    /// @param proceedsE6 To the former owner
    /// @param changeE6 Back to the payer: what the fund pays beyond the credit
    /// @param payerPaidE6 What the payer escrowed
    /// @param fundPaidE6 What the fund escrowed
    struct Terms {
        uint32 accountIndex;
        uint32 settlementNonce;
        uint64 messageIndex;
        address newOwner;
        address payer;
        address formerOwner;
        address keeper;
        uint256 creditE6;
        uint256 rewardE6;
        uint256 penaltyE6;
        uint256 proceedsE6;
        uint256 changeE6;
        uint256 payerPaidE6;
        uint256 fundPaidE6;
    }

    /// @param horizonSeconds Market-clock seconds from opening to the Backstop
    /// @param auctionSeconds Market-clock seconds that must be left for bids in the worst case
    /// @param rampSeconds Market-clock seconds in which the discount rises from zero to its most
    /// @param rewardBps Keeper's reward as a share of the maintenance margin, in 10^-4
    /// @param penaltyBps Penalty as a share of the maintenance margin, in 10^-4
    /// @param incentiveBps Most that a bidder is paid beyond the account's worth, as a share of its margin
    /// @param rewardCapE6 Most that any reward can be
    /// @param cureFeeE6 What a cure with a credit pays the keeper
    /// @param prepaidWei What every engine message prepays for its forced application
    struct EngineConfig {
        uint32 horizonSeconds;
        uint32 auctionSeconds;
        uint32 rampSeconds;
        uint16 rewardBps;
        uint16 penaltyBps;
        uint16 incentiveBps;
        uint128 rewardCapE6;
        uint64 cureFeeE6;
        uint128 prepaidWei;
    }

    /// @notice A batch of `liquidation` proofs of one key at one tick.
    /// @param publicSignals Those of the first proof, then those of the second and so on
    struct Openings {
        uint64 tick;
        uint8 profile;
        Proof[] proofs;
        uint256[] publicSignals;
        address beneficiary;
    }

    event LiquidationOpened(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed beneficiary,
        uint64 tick,
        int256 equityE6,
        uint256 requirementE6,
        uint256 reservedE6,
        uint64 clockAtOpen,
        uint64 messageIndex
    );
    event OpeningSkipped(uint256 indexed accountIndex, uint256 indexed settlementNonce);
    event LiquidationCured(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed owner,
        uint64 tick,
        int256 equityE6,
        uint256 maintenanceMarginE6,
        uint256 creditE6,
        uint64 messageIndex
    );
    event BidEscrowed(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed bidder,
        uint64 tick,
        int256 grossEquityE6,
        int256 priceE6,
        Terms terms
    );
    event LiquidationClosed(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed newOwner,
        uint256 creditE6,
        uint256 rewardE6,
        uint256 penaltyE6,
        uint256 proceedsE6
    );
    event Backstopped(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed keeper,
        uint64 tick,
        int256 grossEquityE6,
        uint256 deficitE6,
        uint256 paidE6,
        Terms terms
    );
    event LiquidationAbandoned(uint256 indexed accountIndex, uint256 indexed settlementNonce);
    event EtherOwed(address indexed to, uint256 amountWei);

    error NotBelowMaintenance(int256 equityE6, uint256 requirementE6);
    error AlreadyOpen(uint256 accountIndex, uint256 settlementNonce);
    error GuaranteedByBuffer(uint256 accountIndex, uint256 guaranteedE6);
    error NotTheGuarantee(address caller);
    error OwnedByBackstop(uint256 accountIndex);
    error UnfreezeNotConsumed(uint64 messageIndex, uint64 ledgerSequence);
    error NotOpen(uint256 accountIndex, uint256 settlementNonce);
    error NotNewerThanOpening(uint64 openedAt, uint64 tick);
    error NotACredit(uint256 change);
    error NotAsItStands(uint256 change);
    error BelowCureMargin(int256 equityE6, uint256 maintenanceMarginE6, uint256 cureBufferBps);
    error Recovered(int256 equityE6, uint256 maintenanceMarginE6, uint256 cureBufferBps);
    error FreezeNotConsumed(uint64 messageIndex, uint64 ledgerSequence);
    error NotFrozen(uint256 accountIndex);
    error HorizonPassed(uint64 clock, uint64 expiresAt);
    error HorizonNotPassed(uint64 clock, uint64 expiresAt);
    error CreditTooLarge(uint256 creditE6);
    error PaymentAboveLimit(uint256 paymentE6, uint256 limitE6);
    error WrongTerms(bytes32 recorded, bytes32 given);
    error TakeoverNotConsumed(uint64 messageIndex);
    error TakeoverWasConsumed(uint64 messageIndex);
    error VenueNotDead();
    error WrongPrepayment(uint256 expectedWei, uint256 givenWei);
    error WrongSignals(uint256 proofs, uint256 signals);
    error ForgedMember(uint256 position);
    error NothingToOpen();
    error AlreadyRefunded(uint64 first);
    error WasForced(uint64 messageIndex);
    error NotConsumedBy(uint64 first, uint64 ledgerSequence);
    error NothingOwed(address caller);
    error PaymentFailed(address to, uint256 amountWei);
    error InvalidEngineConfig(bytes32 field);
    error NotOfThisVenue(address component);

    /// @notice Opens the liquidation of an account that is below maintenance at a judgeable tick. Takes
    /// `prepaidWei`.
    /// @param tick The margin tick the proof was made for
    /// @param profile Which verifier, by the positions it holds
    /// @param publicSignals Of the `liquidation` statement, in the manifest's order
    /// @param beneficiary The keeper; named by the proof's context, anyone may submit on their behalf
    function open(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals,
        address beneficiary
    ) external payable;

    /// @notice Opens many, their proofs verified in one product. Members of another tick and members that cannot
    /// be opened (any more) are skipped; one that is forged reverts the batch. Takes `prepaidWei` for each that is
    /// opened and gives the rest back.
    /// @return opened How many were
    function openMany(Openings calldata openings) external payable returns (uint256 opened);

    /// @notice Ends a liquidation before a bid, on an `account-margin` proof that equity *after the stated credit*
    /// is at least 1 + cure buffer times the maintenance margin (past the horizon: the maintenance margin itself).
    /// The caller pays the credit, and with a credit the keeper's `cureFeeE6`. Takes `prepaidWei`.
    /// @dev The context names the account's owner, whom a cure benefits: anyone may prove, pay and submit.
    /// @param given Its tick is newer than the opening's, or the same and it states a credit
    function cure(HealthProof calldata given) external payable;

    /// @notice Buys the account at the auction's price, on an `account-margin` proof of it as it stands in a ledger
    /// that has the Freeze. The caller is the new owner and pays max(0, price + credit). Takes `prepaidWei`.
    /// @param freezeSequence The ledger that consumed the Freeze: the auction's clock starts at its checkpoint
    /// @param maxPaymentE6 Most the caller is willing to pay
    /// @return terms What `close` is to be given
    function bid(
        HealthProof calldata given,
        uint64 freezeSequence,
        uint256 maxPaymentE6
    ) external payable returns (Terms memory terms);

    /// @notice Hands an account that nobody bought within the horizon to the Backstop, on an `account-margin` proof
    /// that it is still below maintenance. The fund pays what it is short of at mark. Takes `prepaidWei`.
    /// @dev The context names the Backstop: anyone may submit.
    function expire(HealthProof calldata given) external payable returns (Terms memory terms);

    /// @notice Pays out what was escrowed, once the Takeover is consumed.
    function close(Terms calldata terms) external;

    /// @notice On a dead venue, gives an escrow back whose Takeover was not consumed, to whoever paid it.
    function reclaim(Terms calldata terms) external;

    /// @notice On a dead venue, ends an open liquidation and releases what the fund holds back for it.
    function abandon(uint256 accountIndex, uint256 settlementNonce) external;

    /// @notice Notes that the buffer guarantees an account until a moment of the market clock, and restricts it. The
    /// guarantee only. Takes `prepaidWei`.
    function grant(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        uint64 until,
        address payer
    ) external payable returns (uint64 messageIndex);

    /// @notice Lifts the restriction. The guarantee only. Takes `prepaidWei`.
    function unrestrict(
        uint256 accountIndex,
        uint256 settlementNonce,
        address payer
    ) external payable returns (uint64 messageIndex);

    /// @notice Ends what was granted, if no opening has called on it, and releases what the buffer held back. The
    /// guarantee only.
    function lift(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external returns (uint256 releasedE6);

    /// @notice What the buffer guarantees to an account that was not opened since.
    function guaranteedE6(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (uint256);

    /// @notice Gives the prepayments of consumed messages back, unless they were forced: to the keeper (Freeze), to
    /// who paid the credit (Unfreeze), to the bidder or to who called `expire` (Takeover). Those that were given back
    /// before are passed over.
    /// @param first Index of the first of them in the engine lane
    /// @param hashBefore The hash of the lane before it
    /// @param run They and those after them, up to a count whose hash is kept: a ledger's count is one
    /// @param ledgerSequence The ledger that consumed all of them; on a dead venue any, if none was consumed
    function refundMessages(
        uint64 first,
        bytes32 hashBefore,
        Message[] calldata run,
        uint64 ledgerSequence
    ) external;

    /// @notice Pays the caller's ether to `to`.
    function collectEther(address payable to) external;

    /// @notice The liquidation of an account at a settlement nonce; status `None` if there is none.
    function liquidation(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Liquidation memory);

    /// @notice Price of an account, `elapsed` market-clock seconds after the ledger had its Freeze; negative where
    /// the fund pays.
    function priceE6(
        int256 grossEquityE6,
        uint256 maintenanceMarginE6,
        uint256 elapsed
    ) external view returns (int256);

    /// @notice Ether owed to an address, also for messages that it was named for when they were forced.
    function etherOwed(address to) external view returns (uint256);

    /// @notice Where money is escrowed and claimed.
    function vault() external view returns (IVault);

    /// @notice What pays deficits and incentives.
    function insuranceFund() external view returns (IInsuranceFund);

    /// @notice Who takes over what nobody bought.
    function backstop() external view returns (IBackstop);

    /// @notice The immutable configuration.
    function config() external view returns (EngineConfig memory);
}
