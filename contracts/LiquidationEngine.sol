// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {AccountChanges} from "./libraries/AccountChanges.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {StatementVerifiers} from "./libraries/StatementVerifiers.sol";
import {AccountMarginGate} from "./AccountMarginGate.sol";
import {ProofGate} from "./ProofGate.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";
import {LiquidationSignals} from "./verifiers/LiquidationSignals.sol";

/// @title Liquidations, opened and cured by proofs alone
/// @dev Behaviour and trust assumptions: see `ILiquidationEngine`. Nothing here can be re-entered: no call
/// but static ones to the feed and the verifiers, and no value moves.
contract LiquidationEngine is ILiquidationEngine, AccountMarginGate {
    bytes32 private constant LIQUIDATION = "liquidation";
    bytes32 private constant OPEN = keccak256("plimsoll.liquidation.open");
    bytes32 private constant CURE = keccak256("plimsoll.liquidation.cure");
    uint256 private constant BPS = 10_000;
    uint256 private constant E6_PER_E4 = 100;

    uint16 private immutable _rewardBps;
    uint128 private immutable _rewardCapE6;
    uint32 private immutable _windowSeconds;
    uint32 private immutable _openingsPerWindow;
    IGroth16Verifier private immutable _small;
    IGroth16Verifier private immutable _sixteen;
    IGroth16Verifier private immutable _sixtyFour;

    /// @dev One slot: opening must stay cheap in a crash. 32 bits hold unix seconds until 2106, more ticks
    /// than their minimal interval allows, and rewards up to $429,496 in 10^-4 USD. Without a beneficiary
    /// nothing is open, and `tick` is that of the cure, before which nothing can be opened again; zero if
    /// there was none.
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
    /// @dev Whose bid is escrowed. Nobody's before `bid` is available, which is to write it.
    mapping(uint256 accountIndex => mapping(uint256 settlementNonce => address)) internal _bidders;

    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory liquidationVerifiers,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        EngineConfig memory config_
    ) ProofGate(marketFeed_) AccountMarginGate(accountMarginVerifiers) {
        StatementVerifiers.requireOf(
            LIQUIDATION,
            LiquidationSignals.SMALLEST_PROFILE,
            liquidationVerifiers
        );
        _requireCurable(liquidationVerifiers, accountMarginVerifiers);
        require(
            config_.rewardBps <= BPS &&
                config_.rewardCapE6 / E6_PER_E4 <= type(uint32).max &&
                config_.windowSeconds != 0 &&
                config_.openingsPerWindow != 0,
            InvalidEngineConfig()
        );
        (_small, _sixteen, _sixtyFour) = (
            liquidationVerifiers[0],
            liquidationVerifiers[1],
            liquidationVerifiers[2]
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
            marketFeed.admissibleTick(tick, IMarketFeed.Purpose.Open),
            Bindings({
                ledgerRoot: proven.ledgerRoot,
                snapshotHash: proven.snapshotHash,
                parameterHash: proven.parameterHash,
                accountIndex: proven.accountIndex,
                context: proven.context
            }),
            OPEN,
            beneficiary
        );
        // The circuit proves this too; the record must not depend on a circuit alone.
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        uint256 requirementE6 = ScalarField.toUnsignedAmount(proven.requirementE6);
        require(equityE6 < int256(requirementE6), NotBelowMaintenance(equityE6, requirementE6));
        Opening memory last = _openings[proven.accountIndex][proven.settlementNonce];
        require(
            last.beneficiary == address(0),
            AlreadyOpen(proven.accountIndex, proven.settlementNonce)
        );
        require(tick > last.tick, NotNewerThanCure(last.tick, tick));
        _countOpening();
        _requireValid(LIQUIDATION, profile, proof, publicSignals);

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
    function cure(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external {
        AccountMarginSignals.Signals memory proven = _readMargin(publicSignals);
        (uint256 accountIndex, uint256 nonce) = (proven.accountIndex, proven.settlementNonce);
        Opening memory opening = _openings[accountIndex][nonce];
        require(opening.beneficiary != address(0), NotOpen(accountIndex, nonce));
        address bidder = _bidders[accountIndex][nonce];
        require(bidder == address(0), BidIsEscrowed(accountIndex, nonce, bidder));

        address owner = address(uint160(proven.owner));
        _requireMarginBound(_cureTick(tick, opening.tick), proven, CURE, owner);
        require(proven.change == AccountChanges.NO_CHANGE, NotAsItStands(proven.change));
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        // Every factor is a few bits wide or was read from a field of at most 127 bits.
        require(
            equityE6 * int256(BPS) >=
                int256((BPS + proven.cureBufferBps) * proven.maintenanceMarginE6),
            BelowCureMargin(equityE6, proven.maintenanceMarginE6, proven.cureBufferBps)
        );
        _requireMarginValid(profile, proof, publicSignals);

        _openings[accountIndex][nonce] = Opening({
            beneficiary: address(0),
            tick: uint32(tick),
            clockAtOpen: 0,
            rewardE4: 0
        });
        emit LiquidationCured(
            accountIndex,
            nonce,
            owner,
            tick,
            equityE6,
            proven.maintenanceMarginE6
        );
    }

    /// @inheritdoc ILiquidationEngine
    function bid(uint256, uint256, uint256, address) external pure {
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
                status: _statusOf(opening, _bidders[accountIndex][settlementNonce]),
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

    /// @inheritdoc IProofGate
    function verifierOf(
        bytes32 statement,
        uint8 profile
    ) public view override(IProofGate, ProofGate) returns (IGroth16Verifier) {
        if (statement == LIQUIDATION) {
            return
                StatementVerifiers.pick(
                    profile,
                    LiquidationSignals.SMALLEST_PROFILE,
                    _small,
                    _sixteen,
                    _sixtyFour
                );
        }
        if (statement == ACCOUNT_MARGIN) return _accountMarginVerifier(profile);
        return IGroth16Verifier(address(0));
    }

    /// @dev Who can be liquidated must be able to cure: the smallest profile of `liquidation` holds
    /// more positions than that of `account-margin`, so what covers it is 16.
    function _requireCurable(
        IGroth16Verifier[3] memory liquidations,
        IGroth16Verifier[3] memory margins
    ) private pure {
        bool covers64 = address(margins[2]) != address(0);
        bool covers16 = covers64 || address(margins[1]) != address(0);
        uint8[3] memory profiles = [
            LiquidationSignals.SMALLEST_PROFILE,
            StatementVerifiers.SIXTEEN,
            StatementVerifiers.SIXTY_FOUR
        ];
        for (uint256 i = 0; i < liquidations.length; ++i) {
            require(
                address(liquidations[i]) == address(0) || (i == 2 ? covers64 : covers16),
                NotCurable(profiles[i])
            );
        }
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

    /// @dev The tick before the current one does not do: a cure undoes a liquidation, so it must be about
    /// now.
    function _cureTick(
        uint64 tick,
        uint64 openedAt
    ) private view returns (IMarketFeed.Tick memory cited) {
        uint64 current = marketFeed.latestTick();
        require(tick == current, NotCureTick(current, tick));
        cited = marketFeed.admissibleTick(tick, IMarketFeed.Purpose.Cure);
        require(tick > openedAt, NotNewerThanOpening(openedAt, tick));
    }

    function _statusOf(Opening memory opening, address bidder) private pure returns (Status) {
        if (bidder != address(0)) return Status.BidEscrowed;
        if (opening.beneficiary != address(0)) return Status.Open;
        return opening.tick == 0 ? Status.None : Status.Cured;
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
