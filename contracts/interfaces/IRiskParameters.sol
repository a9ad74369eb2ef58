// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGoverned} from "./IGoverned.sol";
import {HealthProof} from "./IHealthGate.sol";
import {IMarginState} from "./IMarginState.sol";
import {IProofGate} from "./IProofGate.sol";

/// @title The active risk-parameter set
/// @notice A parameter set is content-addressed: this contract holds its Poseidon hash, every proof is bound
/// to it. There is one set for all accounts; nothing here can name an account.
/// @dev Trust assumptions: governance can choose any set, however unfair, but not before `delay` seconds in
/// which depositors can leave and owners can reduce, and only one that can cure: a set is activated on
/// *canaries*, `account-margin` proofs of real accounts under it. A set that only tightens, by at most
/// `stepBps`, takes the shorter `tighteningDelay`. A contract that sees a hash cannot tell which of the two a
/// set does, so governance says so and anybody who finds one account for which it is untrue refutes it with
/// two proofs. What no account of the ledger shows is not refuted. Anyone may activate a set whose time has
/// come, so governance cannot hold one back to use it by surprise, and none for ever.
interface IRiskParameters is IGoverned {
    event ParametersProposed(
        uint256 indexed parameterHash,
        bytes32 indexed documentHash,
        bool tightening,
        uint64 activatableAt
    );
    event ProposalCancelled(uint256 indexed parameterHash);
    event CanaryProven(uint256 indexed parameterHash, uint64 indexed tick, uint256 accountIndex);
    event TighteningRefuted(
        uint256 indexed parameterHash,
        uint256 indexed accountIndex,
        uint64 activatableAt
    );
    event ParametersActivated(uint256 indexed parameterHash);
    event GateBound(IProofGate gate);
    event MarginStateProposed(IMarginState indexed state, uint64 activatableAt);
    event MarginStateProposalCancelled(IMarginState indexed state);
    event MarginCanaryProven(uint256 indexed effectiveHash, uint256 indexed accountIndex);
    event MarginStateActivated(IMarginState indexed state);

    error MarginStateOfAnotherVenue(IMarginState state);
    error MarginStateNotStepped(IMarginState state);
    error MarginStatePending(IMarginState state);
    error NoMarginStateProposal();
    error ParameterHashIsZero();
    error ParameterHashNotInField(uint256 parameterHash);
    error ParametersAlreadyActive(uint256 parameterHash);
    error InvalidParameterDelays(uint64 delay, uint64 tighteningDelay);
    error ProposalPending(uint256 parameterHash);
    error GateAlreadyBound(IProofGate gate);
    error GateOfAnotherVenue(IProofGate gate);
    error GateNotBound();
    error CanaryMissing(uint256 parameterHash);
    error CanaryTooOld(uint64 tick, uint64 age, uint64 maximum);
    error CanaryHoldsNothing(uint256 accountIndex);
    error NotAsItStands(uint256 change);
    error NotProposedAsTightening(uint256 parameterHash);
    error NotTheSameAccount(uint256 accountIndex, uint256 other);
    error TighteningStands(uint256 accountIndex);

    /// @notice Starts the long timelock of a new set. Owner only; one proposal at a time.
    /// @custom:delay parameterDelay
    /// @param document The whole parameter document, so that everybody can compute what it does to them;
    /// whether it has this hash is for them to check
    function propose(uint256 parameterHash, bytes calldata document) external;

    /// @notice The same with the short timelock, for a set of which governance says that under it no account
    /// has a lower margin or a higher equity, and no maintenance margin is higher by more than `stepBps`.
    /// @custom:delay parameterTighteningDelay; parameterDelay once refuted
    function proposeTightening(uint256 parameterHash, bytes calldata document) external;

    /// @notice Puts the pending set back to the long timelock, counted from its proposal, on two
    /// `account-margin` proofs of one account at one recent tick for which it is not what governance said.
    /// Anyone.
    /// @param under The active set
    /// @param pendingProof The pending set; both carry `canaryContext` of the pending set
    function refuteTightening(
        HealthProof calldata under,
        HealthProof calldata pendingProof
    ) external;

    /// @notice Withdraws the pending proposal. Owner only.
    /// @custom:delay none
    function cancel() external;

    /// @notice Shows that the pending set can cure: an `account-margin` proof under it, of an account as it
    /// stands at a recent tick, that loses in some scenario. Anyone; both underlyings must be shown, by one
    /// account or by two.
    function proveCanary(HealthProof calldata canary) external;

    /// @notice Makes the pending set the active one, once its timelock has elapsed and a canary was proven.
    /// Anyone.
    function activate() external;

    /// @notice Names the contract whose `account-margin` verifiers and feed canaries are checked with: the one
    /// that cures. Owner only, once, for it is deployed after this.
    /// @custom:delay none; once
    function bindGate(IProofGate gate) external;

    /// @notice Starts the long timelock of a margin state, by whose proven steps the set in force then moves; the
    /// zero address: of none, so that the active set is in force as it is. Owner only; one at a time.
    /// @custom:delay parameterDelay
    function proposeMarginState(IMarginState state) external;

    /// @notice Withdraws the proposal of a margin state. Owner only.
    /// @custom:delay none
    function cancelMarginState() external;

    /// @notice `proveCanary` for the proposed margin state: under the effective set that it has come to. Every
    /// other set it can come to has the same layout, and so can cure too.
    function proveMarginCanary(HealthProof calldata canary) external;

    /// @notice Brings the proposed margin state into force, once its timelock has elapsed, it was stepped over
    /// the active set and canaries were proven for both underlyings. Anyone.
    function activateMarginState() external;

    /// @notice The margin state in force; zero while margin does not move.
    function marginState() external view returns (IMarginState);

    /// @notice The proposed margin state and the time from which it can be activated.
    function pendingMarginState()
        external
        view
        returns (IMarginState state, uint64 activatableAt, bool canaryProven_);

    /// @notice The hash every proof is bound to from the next margin tick on: what the margin state in force has
    /// come to, and without one the active set.
    function effectiveHash() external view returns (uint256);

    /// @notice The governed set: the one in force, or the base that the one in force moves over.
    function activeHash() external view returns (uint256);

    /// @notice The pending hash and the time from which it can be activated; zeros when there is none.
    function pending() external view returns (uint256 parameterHash, uint64 activatableAt);

    /// @notice Whether canaries were proven for both underlyings of the pending set.
    function canaryProven() external view returns (bool);

    /// @notice The context a canary of `parameterHash` must carry:
    /// keccak256(abi.encode(chain id, this contract, keccak256("plimsoll.parameters.canary"), parameterHash))
    /// mod r.
    function canaryContext(uint256 parameterHash) external view returns (uint256);

    /// @notice The contract that `bindGate` named; zero before.
    function gate() external view returns (IProofGate);

    /// @notice Seconds between a proposal and its earliest activation.
    function delay() external view returns (uint64);

    /// @notice The same of a set that only tightens.
    function tighteningDelay() external view returns (uint64);

    /// @notice The most by which a set that only tightens raises a maintenance margin, in 10^-4.
    function stepBps() external view returns (uint16);
}
