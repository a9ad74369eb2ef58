// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof} from "./interfaces/IHealthGate.sol";
import {IMarginState} from "./interfaces/IMarginState.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {IRiskParameters} from "./interfaces/IRiskParameters.sol";
import {AccountChanges} from "./libraries/AccountChanges.sol";
import {Governed} from "./base/Governed.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";

/// @title The active risk-parameter set
/// @dev Behaviour and trust assumptions: see `IRiskParameters`.
contract RiskParameters is IRiskParameters, Governed {
    bytes32 private constant ACCOUNT_MARGIN = "account-margin";
    bytes32 private constant CANARY = keccak256("plimsoll.parameters.canary");
    uint64 private constant CANARY_MAX_AGE = 1 hours;
    uint256 private constant BPS = 10_000;
    uint8 private constant CANARY_BTC = 1;
    uint8 private constant CANARY_ETH = 2;
    uint8 private constant CANARIES = CANARY_BTC | CANARY_ETH;

    struct Proposal {
        uint256 parameterHash;
        uint64 proposedAt;
        uint64 activatableAt;
        bool tightening;
        uint8 canaries;
    }

    struct MarginProposal {
        IMarginState state;
        uint64 activatableAt;
        bool isOpen;
        uint8 canaries;
    }

    /// @inheritdoc IRiskParameters
    uint64 public immutable delay;
    /// @inheritdoc IRiskParameters
    uint64 public immutable tighteningDelay;
    /// @inheritdoc IRiskParameters
    uint16 public immutable stepBps;

    /// @inheritdoc IRiskParameters
    uint256 public activeHash;
    /// @inheritdoc IRiskParameters
    IProofGate public gate;

    /// @inheritdoc IRiskParameters
    IMarginState public marginState;

    Proposal private _pending;
    MarginProposal private _pendingMargin;

    constructor(
        uint256 initialHash,
        uint64 delay_,
        uint64 tighteningDelay_,
        uint16 stepBps_,
        address initialOwner
    ) Governed(initialOwner) {
        _requireWellFormed(initialHash);
        require(
            tighteningDelay_ != 0 && tighteningDelay_ <= delay_,
            InvalidParameterDelays(delay_, tighteningDelay_)
        );
        (delay, tighteningDelay, stepBps) = (delay_, tighteningDelay_, stepBps_);
        activeHash = initialHash;
        emit ParametersActivated(initialHash);
    }

    /// @inheritdoc IRiskParameters
    function propose(uint256 parameterHash, bytes calldata document) external onlyOwner {
        _propose(parameterHash, document, false);
    }

    /// @inheritdoc IRiskParameters
    function proposeTightening(uint256 parameterHash, bytes calldata document) external onlyOwner {
        _propose(parameterHash, document, true);
    }

    /// @inheritdoc IRiskParameters
    function refuteTightening(
        HealthProof calldata under,
        HealthProof calldata pendingProof
    ) external {
        Proposal memory proposal = _pending;
        uint256 parameterHash = proposal.parameterHash;
        require(proposal.tightening, NotProposedAsTightening(parameterHash));
        uint256 context = canaryContext(parameterHash);
        AccountMarginSignals.Signals memory now_ = _requireProven(under, activeHash, context);
        AccountMarginSignals.Signals memory then = _requireProven(
            pendingProof,
            parameterHash,
            context
        );
        require(
            now_.accountIndex == then.accountIndex &&
                now_.ledgerRoot == then.ledgerRoot &&
                now_.snapshotHash == then.snapshotHash,
            NotTheSameAccount(now_.accountIndex, then.accountIndex)
        );
        require(!_onlyTightens(now_, then), TighteningStands(now_.accountIndex));

        uint64 activatableAt = proposal.proposedAt + delay;
        (_pending.tightening, _pending.activatableAt) = (false, activatableAt);
        emit TighteningRefuted(parameterHash, now_.accountIndex, activatableAt);
    }

    /// @inheritdoc IRiskParameters
    function cancel() external onlyOwner {
        uint256 parameterHash = _pending.parameterHash;
        require(parameterHash != 0, NoProposal());

        delete _pending;
        emit ProposalCancelled(parameterHash);
    }

    /// @inheritdoc IRiskParameters
    function proveCanary(HealthProof calldata canary) external {
        uint256 parameterHash = _pending.parameterHash;
        require(parameterHash != 0, NoProposal());
        AccountMarginSignals.Signals memory proven = _requireProven(
            canary,
            parameterHash,
            canaryContext(parameterHash)
        );
        _pending.canaries |= _shownBy(proven);
        emit CanaryProven(parameterHash, canary.tick, proven.accountIndex);
    }

    /// @inheritdoc IRiskParameters
    function activate() external {
        Proposal memory proposal = _pending;
        _requireRipe(proposal.activatableAt);
        require(proposal.canaries == CANARIES, CanaryMissing(proposal.parameterHash));

        activeHash = proposal.parameterHash;
        delete _pending;
        emit ParametersActivated(proposal.parameterHash);
    }

    /// @inheritdoc IRiskParameters
    function proposeMarginState(IMarginState state) external onlyOwner {
        MarginProposal memory proposal = _pendingMargin;
        require(
            !proposal.isOpen || block.timestamp >= proposal.activatableAt + PROPOSAL_LIFE,
            MarginStatePending(proposal.state)
        );
        require(
            address(state) == address(0) || address(state.riskParameters()) == address(this),
            MarginStateOfAnotherVenue(state)
        );

        uint64 activatableAt = uint64(block.timestamp) + delay;
        _pendingMargin = MarginProposal({
            state: state,
            activatableAt: activatableAt,
            isOpen: true,
            canaries: 0
        });
        emit MarginStateProposed(state, activatableAt);
    }

    /// @inheritdoc IRiskParameters
    function cancelMarginState() external onlyOwner {
        MarginProposal memory proposal = _pendingMargin;
        require(proposal.isOpen, NoMarginStateProposal());

        delete _pendingMargin;
        emit MarginStateProposalCancelled(proposal.state);
    }

    /// @inheritdoc IRiskParameters
    function proveMarginCanary(HealthProof calldata canary) external {
        IMarginState state = _pendingMargin.state;
        require(address(state) != address(0), NoMarginStateProposal());
        uint256 parameterHash = state.effectiveHash();
        require(parameterHash != 0, MarginStateNotStepped(state));
        AccountMarginSignals.Signals memory proven = _requireProven(
            canary,
            parameterHash,
            canaryContext(parameterHash)
        );

        _pendingMargin.canaries |= _shownBy(proven);
        emit MarginCanaryProven(parameterHash, proven.accountIndex);
    }

    /// @inheritdoc IRiskParameters
    function activateMarginState() external {
        MarginProposal memory proposal = _pendingMargin;
        require(proposal.isOpen, NoMarginStateProposal());
        _requireRipe(proposal.activatableAt);
        if (address(proposal.state) != address(0)) {
            require(proposal.state.baseHash() == activeHash, MarginStateNotStepped(proposal.state));
            require(proposal.canaries == CANARIES, CanaryMissing(proposal.state.effectiveHash()));
        }

        marginState = proposal.state;
        delete _pendingMargin;
        emit MarginStateActivated(proposal.state);
    }

    /// @inheritdoc IRiskParameters
    function bindGate(IProofGate gate_) external onlyOwner {
        require(address(gate) == address(0), GateAlreadyBound(gate));
        require(
            address(gate_.marketFeed().riskParameters()) == address(this),
            GateOfAnotherVenue(gate_)
        );

        gate = gate_;
        emit GateBound(gate_);
    }

    /// @inheritdoc IRiskParameters
    function pendingMarginState()
        external
        view
        returns (IMarginState state, uint64 activatableAt, bool canaryProven_)
    {
        MarginProposal memory proposal = _pendingMargin;
        return (proposal.state, proposal.activatableAt, proposal.canaries == CANARIES);
    }

    /// @inheritdoc IRiskParameters
    function effectiveHash() external view returns (uint256) {
        IMarginState state = marginState;
        return address(state) == address(0) ? activeHash : state.effectiveHash();
    }

    /// @inheritdoc IRiskParameters
    function pending() external view returns (uint256 parameterHash, uint64 activatableAt) {
        return (_pending.parameterHash, _pending.activatableAt);
    }

    /// @inheritdoc IRiskParameters
    function canaryProven() external view returns (bool) {
        return _pending.canaries == CANARIES;
    }

    /// @inheritdoc IRiskParameters
    function canaryContext(uint256 parameterHash) public view returns (uint256) {
        return
            uint256(keccak256(abi.encode(block.chainid, address(this), CANARY, parameterHash))) %
            ScalarField.MODULUS;
    }

    function _propose(uint256 parameterHash, bytes calldata document, bool tightening) private {
        _requireWellFormed(parameterHash);
        require(parameterHash != activeHash, ParametersAlreadyActive(parameterHash));
        require(_isFree(), ProposalPending(_pending.parameterHash));

        uint64 activatableAt = uint64(block.timestamp) + (tightening ? tighteningDelay : delay);
        _pending = Proposal({
            parameterHash: parameterHash,
            proposedAt: uint64(block.timestamp),
            activatableAt: activatableAt,
            tightening: tightening,
            canaries: 0
        });
        emit ParametersProposed(parameterHash, keccak256(document), tightening, activatableAt);
    }

    /// @dev What a proof of an account as it stands says, if it is of a real account at a recent tick. The
    /// verifiers are those of the gate that cures: no other circuit's word is worth anything here.
    function _requireProven(
        HealthProof calldata given,
        uint256 parameterHash,
        uint256 context
    ) private view returns (AccountMarginSignals.Signals memory proven) {
        IProofGate gate_ = gate;
        require(address(gate_) != address(0), GateNotBound());
        ScalarField.requireAllInField(given.publicSignals);
        proven = AccountMarginSignals.read(given.publicSignals);
        IMarketFeed.Tick memory cited = gate_.marketFeed().tickAt(given.tick);
        uint64 age = uint64(block.timestamp) - cited.time;
        require(age <= CANARY_MAX_AGE, CanaryTooOld(given.tick, age, CANARY_MAX_AGE));
        require(
            proven.ledgerRoot == cited.ledgerRoot,
            IProofGate.WrongLedgerRoot(cited.ledgerRoot, proven.ledgerRoot)
        );
        require(
            proven.snapshotHash == cited.snapshotHash,
            IProofGate.WrongSnapshot(cited.snapshotHash, proven.snapshotHash)
        );
        require(
            proven.parameterHash == parameterHash,
            IProofGate.WrongParameters(parameterHash, proven.parameterHash)
        );
        require(
            proven.accountIndex < cited.accountCount,
            IProofGate.AccountNotInLedger(proven.accountIndex, cited.accountCount)
        );
        require(proven.context == context, IProofGate.WrongContext(context, proven.context));
        require(proven.change == AccountChanges.NO_CHANGE, NotAsItStands(proven.change));
        IGroth16Verifier verifier = gate_.verifierOf(ACCOUNT_MARGIN, given.profile);
        require(address(verifier) != address(0), IProofGate.UnknownProfile(given.profile));
        require(verifier.verify(given.proof, given.publicSignals), IProofGate.InvalidProof());
    }

    /// @dev An account that loses in no scenario of an underlying says nothing about its tables.
    function _shownBy(
        AccountMarginSignals.Signals memory proven
    ) private pure returns (uint8 shown) {
        shown =
            (proven.worstScenarioBtc != 0 ? CANARY_BTC : 0) |
            (proven.worstScenarioEth != 0 ? CANARY_ETH : 0);
        require(shown != 0, CanaryHoldsNothing(proven.accountIndex));
    }

    /// @dev An expired proposal makes room by itself.
    function _isFree() private view returns (bool) {
        return
            _pending.parameterHash == 0 ||
            block.timestamp >= _pending.activatableAt + PROPOSAL_LIFE;
    }

    function _onlyTightens(
        AccountMarginSignals.Signals memory now_,
        AccountMarginSignals.Signals memory then
    ) private view returns (bool) {
        return
            then.maintenanceMarginE6 >= now_.maintenanceMarginE6 &&
            then.initialMarginE6 >= now_.initialMarginE6 &&
            then.maintenanceMarginE6 * BPS <= now_.maintenanceMarginE6 * (BPS + stepBps) &&
            ScalarField.toSignedAmount(then.equityE6) <= ScalarField.toSignedAmount(now_.equityE6);
    }

    function _requireWellFormed(uint256 parameterHash) private pure {
        require(parameterHash != 0, ParameterHashIsZero());
        require(parameterHash < ScalarField.MODULUS, ParameterHashNotInField(parameterHash));
    }
}
