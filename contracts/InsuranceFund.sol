// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ICustodyVault} from "./interfaces/ICustodyVault.sol";
import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IInsuranceFund} from "./interfaces/IInsuranceFund.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {StatementVerifiers} from "./libraries/StatementVerifiers.sol";
import {ProofGate} from "./ProofGate.sol";
import {BankruptcySignals} from "./verifiers/BankruptcySignals.sol";

/// @title The insurance fund: an ERC-4626 loss waterfall
/// @dev Behaviour and trust assumptions: see `IInsuranceFund`.
contract InsuranceFund is IInsuranceFund, ERC4626, ProofGate, ReentrancyGuard {
    using SafeERC20 for IERC20;

    bytes32 private constant BANKRUPTCY = "bankruptcy";
    bytes32 private constant ACTION = keccak256("plimsoll.insurance.draw");
    uint256 private constant BPS = 10_000;
    uint8 private constant VIRTUAL_SHARE_DECIMALS = 6;

    /// @inheritdoc IInsuranceFund
    ICustodyVault public immutable custodyVault;

    uint32 private immutable _cooldown;
    uint32 private immutable _redeemWindow;
    uint16 private immutable _rewardBps;
    uint128 private immutable _rewardCapE6;
    IGroth16Verifier private immutable _small;
    IGroth16Verifier private immutable _sixteen;
    IGroth16Verifier private immutable _sixtyFour;

    /// @inheritdoc IInsuranceFund
    uint256 public uncoveredE6;

    /// @dev What deposits brought and neither withdrawals, draws nor rewards took.
    uint256 private _heldE6;
    mapping(address owner => RedeemRequest) private _requests;
    mapping(bytes32 nullifier => Draw) private _draws;

    constructor(
        IERC20 asset_,
        ICustodyVault custodyVault_,
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory verifiers,
        FundConfig memory config_
    ) ERC20("Plimsoll insurance fund", "plimINS") ERC4626(asset_) ProofGate(marketFeed_) {
        StatementVerifiers.requireOf(BANKRUPTCY, BankruptcySignals.SMALLEST_PROFILE, verifiers);
        require(
            config_.cooldown != 0 && config_.redeemWindow != 0 && config_.rewardBps <= BPS,
            InvalidFundConfig()
        );
        require(
            address(custodyVault_.asset()) == address(asset_),
            CustodyAssetMismatch(address(asset_), address(custodyVault_.asset()))
        );
        custodyVault = custodyVault_;
        (_small, _sixteen, _sixtyFour) = (verifiers[0], verifiers[1], verifiers[2]);
        _cooldown = config_.cooldown;
        _redeemWindow = config_.redeemWindow;
        _rewardBps = config_.rewardBps;
        _rewardCapE6 = config_.rewardCapE6;
    }

    /// @inheritdoc IInsuranceFund
    function requestRedeem(uint256 shares) external {
        uint256 balance = balanceOf(msg.sender);
        require(shares <= balance, RequestAboveBalance(shares, balance));

        uint64 maturesAt = uint64(block.timestamp) + _cooldown;
        _requests[msg.sender] = RedeemRequest({shares: shares, maturesAt: maturesAt});
        emit RedeemRequested(msg.sender, shares, maturesAt);
    }

    /// @inheritdoc IInsuranceFund
    function draw(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals,
        address beneficiary
    ) external nonReentrant returns (uint256 paidE6) {
        ScalarField.requireAllInField(publicSignals);
        BankruptcySignals.Signals memory proven = BankruptcySignals.read(publicSignals);
        _requireBound(
            marketFeed.admissibleTick(tick, IMarketFeed.Purpose.Bid),
            Bindings({
                ledgerRoot: proven.ledgerRoot,
                snapshotHash: proven.snapshotHash,
                parameterHash: proven.parameterHash,
                accountIndex: proven.accountIndex,
                context: proven.context
            }),
            ACTION,
            beneficiary
        );
        uint256 deficitE6 = ScalarField.toUnsignedAmount(proven.deficitE6);
        require(deficitE6 != 0, DeficitIsZero());
        require(
            _draws[nullifier(proven.accountIndex, proven.settlementNonce)].deficitE6 == 0,
            AlreadyDrawn(proven.accountIndex, proven.settlementNonce)
        );
        _requireValid(BANKRUPTCY, profile, proof, publicSignals);
        return _pay(proven.accountIndex, proven.settlementNonce, deficitE6, tick, beneficiary);
    }

    /// @inheritdoc IInsuranceFund
    function redeemRequest(address owner) external view returns (RedeemRequest memory) {
        return _requests[owner];
    }

    /// @inheritdoc IInsuranceFund
    function drawOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Draw memory) {
        return _draws[nullifier(accountIndex, settlementNonce)];
    }

    /// @inheritdoc IInsuranceFund
    function config() external view returns (FundConfig memory) {
        return
            FundConfig({
                cooldown: _cooldown,
                redeemWindow: _redeemWindow,
                rewardBps: _rewardBps,
                rewardCapE6: _rewardCapE6
            });
    }

    /// @inheritdoc IInsuranceFund
    function nullifier(
        uint256 accountIndex,
        uint256 settlementNonce
    ) public view returns (bytes32) {
        return
            keccak256(
                abi.encode(block.chainid, address(this), accountIndex, settlementNonce, ACTION)
            );
    }

    /// @inheritdoc IProofGate
    function verifierOf(
        bytes32 statement,
        uint8 profile
    ) public view override(IProofGate, ProofGate) returns (IGroth16Verifier) {
        if (statement != BANKRUPTCY) return IGroth16Verifier(address(0));
        return
            StatementVerifiers.pick(
                profile,
                BankruptcySignals.SMALLEST_PROFILE,
                _small,
                _sixteen,
                _sixtyFour
            );
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _heldE6;
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        RedeemRequest memory request = _requests[owner];
        bool matured =
            block.timestamp >= request.maturesAt &&
                block.timestamp < request.maturesAt + _redeemWindow;
        return matured ? request.shares : 0;
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        return previewRedeem(maxRedeem(owner));
    }

    function _pay(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 deficitE6,
        uint64 tick,
        address beneficiary
    ) private returns (uint256 paidE6) {
        uint256 heldE6 = _heldE6;
        paidE6 = Math.min(deficitE6, heldE6);
        uint256 cappedE6 = Math.min(_rewardCapE6, (paidE6 * _rewardBps) / BPS);
        uint256 rewardE6 = Math.min(cappedE6, heldE6 - paidE6);
        uint256 remainderE6 = deficitE6 - paidE6;

        _heldE6 = heldE6 - paidE6 - rewardE6;
        uncoveredE6 += remainderE6;
        // The deficit is below 2^127 by its decoding.
        _draws[nullifier(accountIndex, settlementNonce)] = Draw({
            deficitE6: uint128(deficitE6),
            paidE6: uint128(paidE6)
        });
        emit Drawn(
            accountIndex,
            settlementNonce,
            beneficiary,
            tick,
            deficitE6,
            paidE6,
            remainderE6,
            rewardE6
        );

        IERC20 token = IERC20(asset());
        token.forceApprove(address(custodyVault), paidE6);
        custodyVault.deposit(paidE6);
        if (rewardE6 != 0) token.safeTransfer(beneficiary, rewardE6);
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        super._deposit(caller, receiver, assets, shares);
        _heldE6 += assets;
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        _requests[owner].shares -= shares;
        _heldE6 -= assets;
        super._withdraw(caller, receiver, owner, assets, shares);
    }

    /// @dev A request never exceeds the shares held: else shares bought after the request could leave without
    /// a cooldown of their own.
    function _update(address from, address to, uint256 shares) internal override {
        super._update(from, to, shares);
        if (from == address(0)) return;
        uint256 balance = balanceOf(from);
        if (_requests[from].shares > balance) _requests[from].shares = balance;
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return VIRTUAL_SHARE_DECIMALS;
    }
}
