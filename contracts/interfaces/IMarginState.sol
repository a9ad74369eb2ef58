// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./IGroth16Verifier.sol";
import {IMarketFeed} from "./IMarketFeed.sol";
import {IRiskParameters} from "./IRiskParameters.sol";

/// @title The margin state and the parameter set that follows from it
/// @notice Margin moves only by *margin steps*: a proof that the next state is what a fixed rule makes of the
/// last one and of inputs the oracle quorum signed, and that the effective parameter set is the governed base
/// set under it. Ticks bind the effective hash through `IRiskParameters.effectiveHash`.
/// @dev Trust assumptions:
/// - It has no owner. Rule and opening state are in `stateHash`, fixed at deployment; another rule is another
///   contract, which governance can bring into force only through the long timelock of `IRiskParameters`.
/// - Anyone may step. Who leaves inputs out gains nothing: they carry a cumulative variance, and the state
///   moves by rate times seconds at most. Who does not step at all keeps the last set in force.
/// - The quorum can move margin only as fast as the rule allows, whatever it signs (docs/dynamic-margin.md).
/// - After a new base set is activated the last effective set stays until the first step over the new one,
///   which anyone may take at once: margin never jumps to the base set and back.
interface IMarginState {
    /// @param logs From the lowest bit: sequence (32), time (32), logarithm of the multiplier that now holds, of
    /// BTC and ETH, and where it is going, of both (42 bits each, Q40 plus 2)
    event MarginStepped(
        uint256 indexed effectiveHash,
        uint256 indexed baseHash,
        uint256 stateHash,
        uint256 logs
    );

    error StepRepeated(uint256 sequence, uint256 latest);
    error StepSkipped(uint256 sequence, uint256 latest);
    error WrongState(uint256 expected, uint256 proven);
    error WrongBase(uint256 expected, uint256 proven);
    error WrongInputs(uint256 expected, uint256 proven);
    error StepOutOfOrder(uint256 time, uint256 newest);
    error StepTooSoon(uint256 time, uint256 earliest);
    error NothingChanges(uint256 effectiveHash, uint256 from);
    error NotAStepVerifier(IGroth16Verifier verifier);
    error InvalidStepConfig();

    /// @notice Takes the next step, on a proof over the active base set and the newest inputs that the feed
    /// accepted. Anyone.
    function step(Proof calldata proof, uint256[] calldata publicSignals) external;

    /// @notice Commitment to rule and state (docs/spec.md §9).
    function stateHash() external view returns (uint256);

    /// @notice The set that holds; zero before the first step.
    function effectiveHash() external view returns (uint256);

    /// @notice The base set that it was made from; zero before the first step.
    function baseHash() external view returns (uint256);

    /// @notice Steps taken, and the time of the inputs of the last one.
    function latest() external view returns (uint64 sequence, uint64 time);

    /// @notice The context every step must carry: keccak256(abi.encode(chain id, this contract,
    /// keccak256("plimsoll.margin.step"), zero address)) mod r. Whoever sends it gains nothing.
    function stepContext() external view returns (uint256);

    /// @notice Seconds of the inputs' time between two steps, at least. A step over another base set need not
    /// wait.
    function minStepSeconds() external view returns (uint64);

    /// @notice Seconds after which a step counts even if it leaves the set as it is: the rule takes a longer
    /// gap for silence.
    function keepAliveSeconds() external view returns (uint64);

    function verifier() external view returns (IGroth16Verifier);

    function marketFeed() external view returns (IMarketFeed);

    function riskParameters() external view returns (IRiskParameters);
}
