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
    uint256 private constant E6_PER_E4 = 100;

    uint16 private immutable _rewardBps;
    uint128 private immutable _rewardCapE6;
    uint32 private immutable _windowSeconds;
    uint32 private immutable _openingsPerWindow;

    /// @dev One slot: opening must stay cheap in a crash. 32 bits hold unix seconds until 2106, more ticks
    /// than their minimal interval allows, and rewards up to $429,496 in 10^-4 USD.
    struct Opening {
        address beneficiary;
        uint32 tick;
        uint32 clockAtOpen;
        uint32 rewardE4;
    }

    struct Window {
        uint64 startedAt;
        uint64 openings;
    }

    Window private _window;
    mapping(uint256 accountIndex => mapping(uint256 settlementNonce => Opening)) private _openings;

    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory verifiers,
        EngineConfig memory config_
    ) ProofGate(marketFeed_, verifiers, LiquidationSignals.COUNT, ACTION) {
        require(
            config_.rewardBps <= BPS &&
                config_.rewardCapE6 / E6_PER_E4 <= type(uint32).max &&
                config_.windowSeconds != 0 &&
                config_.openingsPerWindow != 0,
            InvalidEngineConfig()
        );
        _rewardBps = config_.rewardBps;
        _rewardCapE6 = config_.rewardCapE6;
        _windowSeconds = config_.windowSeconds;
        _openingsPerWindow = config_.openingsPerWindow;
        // Written here, so that the first opening does not pay for the slot.
        _window.startedAt = uint64(block.timestamp);
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
            _openings[proven.accountIndex][proven.settlementNonce].beneficiary == address(0),
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
        Opening memory opening = _openings[accountIndex][settlementNonce];
        return
            Liquidation({
                status: opening.beneficiary == address(0) ? Status.None : Status.Open,
                beneficiary: opening.beneficiary,
                tick: opening.tick,
                clockAtOpen: opening.clockAtOpen,
                rewardE6: opening.rewardE4 * E6_PER_E4
            });
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
        // Both factors fit: the requirement is below 2^127, the cap is below 2^32 units of E4.
        uint256 rewardE4 = Math.min(_rewardCapE6, (requirementE6 * _rewardBps) / BPS) / E6_PER_E4;
        uint64 clockAtOpen = marketFeed.marketClock();

        _openings[accountIndex][settlementNonce] = Opening({
            beneficiary: beneficiary,
            tick: uint32(tick),
            clockAtOpen: uint32(clockAtOpen),
            rewardE4: uint32(rewardE4)
        });
        emit LiquidationOpened(
            accountIndex,
            settlementNonce,
            beneficiary,
            tick,
            equityE6,
            requirementE6,
            rewardE4 * E6_PER_E4,
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
