// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IMarginState} from "./interfaces/IMarginState.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {IRiskParameters} from "./interfaces/IRiskParameters.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {MarginStepSignals} from "./verifiers/MarginStepSignals.sol";

/// @title The margin state and the parameter set that follows from it
/// @dev Behaviour and trust assumptions: see `IMarginState`.
contract MarginState is IMarginState {
    bytes32 private constant STATEMENT = "margin-step";
    bytes32 private constant ACTION = keccak256("plimsoll.margin.step");
    uint256 private constant STEP_SIGNAL = 5;
    /// @dev Beyond the field. No slot is empty before the first step, which so costs what every other does.
    uint256 private constant NO_SET = type(uint256).max;

    struct Latest {
        uint64 sequence;
        uint64 time;
        bool isOpen;
    }

    /// @inheritdoc IMarginState
    IGroth16Verifier public immutable verifier;
    /// @inheritdoc IMarginState
    IMarketFeed public immutable marketFeed;
    /// @inheritdoc IMarginState
    IRiskParameters public immutable riskParameters;
    /// @inheritdoc IMarginState
    uint64 public immutable minStepSeconds;
    /// @inheritdoc IMarginState
    uint64 public immutable keepAliveSeconds;
    /// @inheritdoc IMarginState
    uint256 public immutable stepContext;

    /// @inheritdoc IMarginState
    uint256 public stateHash;

    uint256 private _effectiveHash = NO_SET;
    uint256 private _baseHash = NO_SET;
    Latest private _latest = Latest({sequence: 0, time: 0, isOpen: true});

    /// @param openingHash Rule and opening state, of sequence 0: whoever votes for this contract opens it
    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier verifier_,
        uint256 openingHash,
        uint64 minStepSeconds_,
        uint64 keepAliveSeconds_
    ) {
        require(verifier_.statement() == STATEMENT, NotAStepVerifier(verifier_));
        require(
            openingHash != 0 &&
                openingHash < ScalarField.MODULUS &&
                minStepSeconds_ != 0 &&
                minStepSeconds_ <= keepAliveSeconds_,
            InvalidStepConfig()
        );
        (marketFeed, verifier, riskParameters) = (
            marketFeed_,
            verifier_,
            marketFeed_.riskParameters()
        );
        (minStepSeconds, keepAliveSeconds) = (minStepSeconds_, keepAliveSeconds_);
        stateHash = openingHash;
        stepContext =
            uint256(keccak256(abi.encode(block.chainid, address(this), ACTION, address(0)))) %
            ScalarField.MODULUS;
    }

    /// @inheritdoc IMarginState
    function step(Proof calldata proof, uint256[] calldata publicSignals) external {
        ScalarField.requireAllInField(publicSignals);
        MarginStepSignals.Signals memory proven = MarginStepSignals.read(publicSignals);
        _requireNext(proven);
        _requireBound(proven);
        _requireDue(proven);
        require(verifier.verify(proof, publicSignals), IProofGate.InvalidProof());

        stateHash = proven.nextStateHash;
        if (proven.effectiveHash != _effectiveHash) _effectiveHash = proven.effectiveHash;
        if (proven.baseHash != _baseHash) _baseHash = proven.baseHash;
        _latest = Latest({
            sequence: uint64(proven.sequence),
            time: uint64(proven.time),
            isOpen: true
        });
        emit MarginStepped(
            proven.effectiveHash,
            proven.baseHash,
            proven.nextStateHash,
            publicSignals[STEP_SIGNAL]
        );
    }

    /// @inheritdoc IMarginState
    function effectiveHash() external view returns (uint256) {
        return _orZero(_effectiveHash);
    }

    /// @inheritdoc IMarginState
    function baseHash() external view returns (uint256) {
        return _orZero(_baseHash);
    }

    /// @inheritdoc IMarginState
    function latest() external view returns (uint64 sequence, uint64 time) {
        return (_latest.sequence, _latest.time);
    }

    /// @dev The order tells apart what a caller did wrong: a step that was taken, one that is not next, and one
    /// of another state at the same place.
    function _requireNext(MarginStepSignals.Signals memory proven) private view {
        uint256 taken = _latest.sequence;
        require(proven.sequence > taken, StepRepeated(proven.sequence, taken));
        require(proven.sequence == taken + 1, StepSkipped(proven.sequence, taken));
        require(
            proven.previousStateHash == stateHash,
            WrongState(stateHash, proven.previousStateHash)
        );
    }

    function _requireBound(MarginStepSignals.Signals memory proven) private view {
        require(
            proven.context == stepContext,
            IProofGate.WrongContext(stepContext, proven.context)
        );
        uint256 base = riskParameters.activeHash();
        require(proven.baseHash == base, WrongBase(base, proven.baseHash));
        (bytes32 inputsHash, uint64 newest) = marketFeed.marginInputs();
        require(proven.time >= newest, StepOutOfOrder(proven.time, newest));
        require(
            proven.marginInputsHash == uint256(inputsHash),
            WrongInputs(uint256(inputsHash), proven.marginInputsHash)
        );
    }

    function _requireDue(MarginStepSignals.Signals memory proven) private view {
        // What governance changed shows at once, and the first set of all.
        if (proven.baseHash != _baseHash) return;
        uint256 since = _latest.time;
        uint256 earliest = since + minStepSeconds;
        require(proven.time >= earliest, StepTooSoon(proven.time, earliest));
        uint256 counts = since + keepAliveSeconds;
        require(
            proven.effectiveHash != _effectiveHash || proven.time >= counts,
            NothingChanges(_effectiveHash, counts)
        );
    }

    function _orZero(uint256 hash) private pure returns (uint256) {
        return hash == NO_SET ? 0 : hash;
    }
}
