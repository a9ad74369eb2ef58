// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {AccountMarginGate} from "./base/AccountMarginGate.sol";
import {ProofGate} from "./base/ProofGate.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof} from "./interfaces/IHealthGate.sol";
import {IInsuranceFund} from "./interfaces/IInsuranceFund.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "./interfaces/ILiquidationEngine.sol";
import {IMarginGuarantee} from "./interfaces/IMarginGuarantee.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";

/// @title The buffer's guarantee of a small gap below maintenance
/// @dev Behaviour and trust assumptions: see `IMarginGuarantee`.
contract MarginGuarantee is IMarginGuarantee, AccountMarginGate, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

    bytes32 private constant TAKE = keccak256("plimsoll.guarantee.take");
    bytes32 private constant RELEASE = keccak256("plimsoll.guarantee.release");
    uint256 private constant BPS = 10_000;
    uint256 private constant NONCE_BITS = 32;

    /// @inheritdoc IMarginGuarantee
    ILiquidationEngine public immutable engine;
    /// @inheritdoc IMarginGuarantee
    IInsuranceFund public immutable insuranceFund;

    IERC20 private immutable _asset;
    uint16 private immutable _floorBps;
    uint32 private immutable _termSeconds;
    uint32 private immutable _windowSeconds;
    uint16 private immutable _feeBps;
    uint64 private immutable _minFeeE6;
    uint64 private immutable _perOwnerE6;
    uint64 private immutable _totalE6;

    uint256 private _outstandingE6;
    mapping(uint256 key => Guarantee) private _guarantees;
    mapping(address owner => uint256) private _ownersE6;
    mapping(uint256 accountIndex => uint64) private _accountsNext;
    mapping(address owner => uint64) private _ownersNext;

    constructor(
        ILiquidationEngine engine_,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        GuaranteeConfig memory config_
    )
        ProofGate(engine_.marketFeed())
        AccountMarginGate(
            accountMarginVerifiers,
            engine_.marketFeed().ledgerRegistry().maxPositions()
        )
    {
        // At the floor there is still something left to lose: what is guaranteed is not what the fund expects to pay.
        require(
            config_.floorBps >= BPS / 2 && config_.floorBps < BPS,
            InvalidGuaranteeConfig("floorBps")
        );
        require(config_.termSeconds != 0, InvalidGuaranteeConfig("termSeconds"));
        require(
            config_.windowSeconds > config_.termSeconds,
            InvalidGuaranteeConfig("windowSeconds")
        );
        require(config_.feeBps != 0 && config_.feeBps <= BPS, InvalidGuaranteeConfig("feeBps"));
        require(config_.minFeeE6 != 0, InvalidGuaranteeConfig("minFeeE6"));
        require(
            config_.perOwnerE6 != 0 && config_.perOwnerE6 <= config_.totalE6,
            InvalidGuaranteeConfig("perOwnerE6")
        );
        engine = engine_;
        insuranceFund = engine_.insuranceFund();
        _asset = engine_.vault().asset();
        _floorBps = config_.floorBps;
        _termSeconds = config_.termSeconds;
        _windowSeconds = config_.windowSeconds;
        _feeBps = config_.feeBps;
        _minFeeE6 = config_.minFeeE6;
        _perOwnerE6 = config_.perOwnerE6;
        _totalE6 = config_.totalE6;
    }

    /// @inheritdoc IMarginGuarantee
    function take(HealthProof calldata given) external payable nonReentrant {
        AccountMarginSignals.Signals memory proven = _requireProven(
            given,
            IMarketFeed.Purpose.Bid,
            TAKE
        );
        address owner = address(uint160(proven.owner));
        require(msg.sender == owner, NotTheAccountsOwner(owner, msg.sender));
        uint256 amountE6 = _gapE6(proven);
        _requireRoom(proven.accountIndex, owner, amountE6);
        _requireMarginValid(given);

        uint64 dueAt = marketFeed.marketClock() + _termSeconds;
        uint256 feeE6 = Math.max(_minFeeE6, Math.ceilDiv(amountE6 * _feeBps, BPS));
        Guarantee storage guarantee = _guarantees[
            _key(proven.accountIndex, proven.settlementNonce)
        ];
        require(guarantee.owner == address(0), StillGuaranteed(proven.accountIndex, dueAt));
        (guarantee.owner, guarantee.amountE6) = (owner, uint64(amountE6));
        guarantee.dueAt = uint32(dueAt);
        _outstandingE6 += amountE6;
        _ownersE6[owner] += amountE6;
        uint64 next = uint64(block.timestamp) + _windowSeconds;
        (_accountsNext[proven.accountIndex], _ownersNext[owner]) = (next, next);
        uint64 messageIndex = engine.grant{value: msg.value}(
            proven.accountIndex,
            proven.settlementNonce,
            amountE6,
            dueAt,
            owner
        );
        insuranceFund.guarantee(amountE6);
        emit GuaranteeTaken(
            proven.accountIndex,
            proven.settlementNonce,
            owner,
            amountE6,
            feeE6,
            dueAt,
            messageIndex
        );
        _asset.pullExactly(owner, feeE6);
        _asset.forceApprove(address(insuranceFund), feeE6);
        insuranceFund.raiseBuffer(feeE6);
    }

    /// @inheritdoc IMarginGuarantee
    function release(HealthProof calldata given) external payable nonReentrant {
        AccountMarginSignals.Signals memory proven = _requireProven(
            given,
            IMarketFeed.Purpose.Withdraw,
            RELEASE
        );
        require(proven.riskReducingOnly == 1, NotRestricted(proven.accountIndex));
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        require(
            equityE6 * int256(BPS) >=
                int256((BPS + proven.cureBufferBps) * proven.maintenanceMarginE6),
            NotHealthy(equityE6, proven.maintenanceMarginE6, proven.cureBufferBps)
        );
        _requireMarginValid(given);

        if (_guarantees[_key(proven.accountIndex, proven.settlementNonce)].owner != address(0)) {
            _end(proven.accountIndex, proven.settlementNonce);
        }
        uint64 messageIndex = engine.unrestrict{value: msg.value}(
            proven.accountIndex,
            proven.settlementNonce,
            msg.sender
        );
        emit RestrictionLifted(proven.accountIndex, proven.settlementNonce, messageIndex);
    }

    /// @inheritdoc IMarginGuarantee
    function end(uint256 accountIndex, uint256 settlementNonce) external nonReentrant {
        Guarantee memory guarantee = _guarantees[_key(accountIndex, settlementNonce)];
        require(guarantee.owner != address(0), NoGuarantee(accountIndex, settlementNonce));
        require(
            marketFeed.marketClock() > guarantee.dueAt ||
                engine.guaranteedE6(accountIndex, settlementNonce) == 0 ||
                marketFeed.ledgerRegistry().mode() == ILedgerRegistry.Mode.Dead,
            StillGuaranteed(accountIndex, guarantee.dueAt)
        );
        _end(accountIndex, settlementNonce);
    }

    /// @inheritdoc IMarginGuarantee
    function guaranteeOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Guarantee memory) {
        return _guarantees[_key(accountIndex, settlementNonce)];
    }

    /// @inheritdoc IMarginGuarantee
    function outstanding(address owner) external view returns (uint256, uint256) {
        return (_ownersE6[owner], _outstandingE6);
    }

    /// @inheritdoc IMarginGuarantee
    function config() external view returns (GuaranteeConfig memory) {
        return
            GuaranteeConfig({
                floorBps: _floorBps,
                termSeconds: _termSeconds,
                windowSeconds: _windowSeconds,
                feeBps: _feeBps,
                minFeeE6: _minFeeE6,
                perOwnerE6: _perOwnerE6,
                totalE6: _totalE6
            });
    }

    /// @dev The engine says what is still held back: nothing, where the account was opened meanwhile.
    function _end(uint256 accountIndex, uint256 settlementNonce) private {
        uint256 key = _key(accountIndex, settlementNonce);
        Guarantee memory guarantee = _guarantees[key];
        delete _guarantees[key];
        _outstandingE6 -= guarantee.amountE6;
        _ownersE6[guarantee.owner] -= guarantee.amountE6;
        uint256 releasedE6 = engine.lift(accountIndex, settlementNonce);
        emit GuaranteeEnded(accountIndex, settlementNonce, releasedE6);
    }

    function _requireRoom(uint256 accountIndex, address owner, uint256 amountE6) private view {
        uint64 from = _accountsNext[accountIndex];
        if (_ownersNext[owner] > from) from = _ownersNext[owner];
        require(block.timestamp >= from, OncePerWindow(from));
        uint256 ownersE6 = _ownersE6[owner] + amountE6;
        require(ownersE6 <= _perOwnerE6, AboveOwnersLimit(ownersE6, _perOwnerE6));
        uint256 allE6 = _outstandingE6 + amountE6;
        require(allE6 <= _totalE6, AboveTotalLimit(allE6, _totalE6));
    }

    /// @dev The proof is of a tick for the purpose, bound to its owner, and of the account as it stands.
    function _requireProven(
        HealthProof calldata given,
        IMarketFeed.Purpose purpose,
        bytes32 action
    ) private view returns (AccountMarginSignals.Signals memory proven) {
        proven = _readMargin(given.publicSignals);
        _requireMarginBound(
            marketFeed.admissibleTick(given.tick, purpose),
            proven,
            action,
            address(uint160(proven.owner))
        );
        require(_isAsItStands(proven), ChangeStated(proven.change));
        require(proven.frozen == 0, UnderLiquidation(proven.accountIndex));
    }

    /// @dev From the floor up to maintenance; rounded up, in favour of the account and of the fee.
    function _gapE6(AccountMarginSignals.Signals memory proven) private view returns (uint256) {
        int256 equityE6 = ScalarField.toSignedAmount(proven.equityE6);
        uint256 marginE6 = proven.maintenanceMarginE6;
        require(equityE6 < int256(marginE6), NothingToGuarantee(equityE6, marginE6));
        uint256 floorE6 = Math.ceilDiv(marginE6 * _floorBps, BPS);
        require(equityE6 >= int256(floorE6), BelowFloor(equityE6, floorE6));
        return Math.ceilDiv(marginE6 * (BPS - _floorBps), BPS);
    }

    function _key(uint256 accountIndex, uint256 settlementNonce) private pure returns (uint256) {
        return (accountIndex << NONCE_BITS) | settlementNonce;
    }
}
