// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {ProofGate} from "./ProofGate.sol";
import {LiquidationSignals} from "./verifiers/LiquidationSignals.sol";

/// @title Liquidations, opened by proofs alone
/// @dev Behaviour and trust assumptions: see `ILiquidationEngine`.
contract LiquidationEngine is ILiquidationEngine, ProofGate {
    bytes32 private constant ACTION = keccak256("plimsoll.liquidation.open");
    uint256 private constant BPS = 10_000;

    uint16 private immutable _rewardBps;
    uint128 private immutable _rewardCapE6;
    uint32 private immutable _windowSeconds;
    uint32 private immutable _openingsPerWindow;

    struct Window {
        uint64 startedAt;
        uint64 openings;
    }

    Window private _window;
    mapping(uint256 accountIndex => mapping(uint256 settlementNonce => Liquidation))
        private _liquidations;

    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory verifiers,
        EngineConfig memory config_
    ) ProofGate(marketFeed_, verifiers, LiquidationSignals.COUNT, ACTION) {
        require(
            config_.rewardBps <= BPS &&
                config_.windowSeconds != 0 &&
                config_.openingsPerWindow != 0,
            InvalidEngineConfig()
        );
        _rewardBps = config_.rewardBps;
        _rewardCapE6 = config_.rewardCapE6;
        _windowSeconds = config_.windowSeconds;
        _openingsPerWindow = config_.openingsPerWindow;
    }

    /// @inheritdoc ILiquidationEngine
    function open(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals,
        address beneficiary
    ) external {
        ScalarField.requireAllInField(publicSignals);
        LiquidationSignals.Signals memory proven = LiquidationSignals.read(publicSignals);
        _requireBound(
            tick,
            Bindings({
                ledgerRoot: proven.ledgerRoot,
                snapshotHash: proven.snapshotHash,
                parameterHash: proven.parameterHash,
                accountIndex: proven.accountIndex,
                context: proven.context
            }),
            beneficiary
        );
        // The circuit proves this too; the record must not depend on a circuit alone.
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        uint256 requirementE6 = ScalarField.toUnsignedAmount(proven.requirementE6);
        require(equityE6 < int256(requirementE6), NotBelowMaintenance(equityE6, requirementE6));
        require(
            _liquidations[proven.accountIndex][proven.settlementNonce].status == Status.None,
            AlreadyOpen(proven.accountIndex, proven.settlementNonce)
        );
        _countOpening();
        _requireValid(profile, proof, publicSignals);

        _record(
            proven.accountIndex,
            proven.settlementNonce,
            equityE6,
            requirementE6,
            tick,
            beneficiary
        );
    }

    /// @inheritdoc ILiquidationEngine
    function bid(uint256, uint256, uint256, address) external pure {
        revert NotYetAvailable();
    }

    /// @inheritdoc ILiquidationEngine
    function cure(uint64, uint8, Proof calldata, uint256[] calldata) external pure {
        revert NotYetAvailable();
    }

    /// @inheritdoc ILiquidationEngine
    function close(uint64, uint8, Proof calldata, uint256[] calldata) external pure {
        revert NotYetAvailable();
    }

    /// @inheritdoc ILiquidationEngine
    function liquidation(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Liquidation memory) {
        return _liquidations[accountIndex][settlementNonce];
    }

    /// @inheritdoc ILiquidationEngine
    function config() external view returns (EngineConfig memory) {
        return
            EngineConfig({
                rewardBps: _rewardBps,
                rewardCapE6: _rewardCapE6,
                windowSeconds: _windowSeconds,
                openingsPerWindow: _openingsPerWindow
            });
    }

    function _record(
        uint256 accountIndex,
        uint256 settlementNonce,
        int256 equityE6,
        uint256 requirementE6,
        uint64 tick,
        address beneficiary
    ) private {
        // At most the maintenance margin (rewardBps <= 10^4), so it fits 128 bits.
        uint128 rewardE6 = uint128(Math.min(_rewardCapE6, (requirementE6 * _rewardBps) / BPS));
        uint48 clockAtOpen = uint48(marketFeed.marketClock());

        _liquidations[accountIndex][settlementNonce] = Liquidation({
            beneficiary: beneficiary,
            openedAt: uint48(block.timestamp),
            clockAtOpen: clockAtOpen,
            tick: tick,
            rewardE6: rewardE6,
            status: Status.Open
        });
        emit LiquidationOpened(
            accountIndex,
            settlementNonce,
            beneficiary,
            tick,
            equityE6,
            requirementE6,
            rewardE6,
            clockAtOpen
        );
    }

    function _countOpening() private {
        Window memory window = _window;
        uint64 windowEnds = window.startedAt + _windowSeconds;
        if (block.timestamp >= windowEnds) {
            window = Window({startedAt: uint64(block.timestamp), openings: 0});
        }
        require(window.openings < _openingsPerWindow, RateLimited(windowEnds));
        window.openings += 1;
        _window = window;
    }
}
