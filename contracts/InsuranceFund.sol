// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IInsuranceFund} from "./interfaces/IInsuranceFund.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title The insurance fund: a first-loss buffer, then an ERC-4626 of depositors
/// @dev Behaviour and trust assumptions: see `IInsuranceFund`.
contract InsuranceFund is IInsuranceFund, ERC4626, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint8 private constant VIRTUAL_SHARE_DECIMALS = 6;
    uint256 private constant NONCE_BITS = 32;

    /// @inheritdoc IInsuranceFund
    IVault public immutable vault;

    ILedgerRegistry private immutable _registry;
    uint32 private immutable _cooldown;
    uint32 private immutable _redeemWindow;
    uint32 private immutable _windowSeconds;
    uint128 private immutable _coverPerWindowE6;

    /// @inheritdoc IInsuranceFund
    uint256 public bufferE6;
    /// @inheritdoc IInsuranceFund
    uint256 public reservedE6;
    /// @inheritdoc IInsuranceFund
    uint256 public queuedE6;
    /// @inheritdoc IInsuranceFund
    uint256 public uncoveredE6;

    /// @dev What deposits brought and neither withdrawals nor payments took.
    uint256 private _depositedE6;
    uint64 private _windowStartedAt;
    uint128 private _windowSpentE6;
    uint64 private _queueHead;
    uint64 private _queueEnd;
    mapping(uint64 position => QueuedClaim) private _queue;
    mapping(uint256 key => uint256) private _uncovered;
    mapping(address owner => RedeemRequest) private _requests;

    constructor(
        IERC20 asset_,
        IVault vault_,
        FundConfig memory config_
    ) ERC20("Plimsoll insurance fund", "plimINS") ERC4626(asset_) {
        require(
            address(vault_.asset()) == address(asset_),
            AssetMismatch(address(asset_), address(vault_.asset()))
        );
        require(config_.cooldown != 0, InvalidFundConfig("cooldown"));
        require(config_.redeemWindow != 0, InvalidFundConfig("redeemWindow"));
        require(config_.windowSeconds != 0, InvalidFundConfig("windowSeconds"));
        require(
            config_.coverPerWindowE6 != 0 && config_.coverPerWindowE6 <= Messages.MAX_AMOUNT_E6,
            InvalidFundConfig("coverPerWindowE6")
        );
        vault = vault_;
        _registry = vault_.ledgerRegistry();
        _cooldown = config_.cooldown;
        _redeemWindow = config_.redeemWindow;
        _windowSeconds = config_.windowSeconds;
        _coverPerWindowE6 = config_.coverPerWindowE6;
    }

    modifier onlyEngine() {
        require(msg.sender == _registry.engine(), NotTheEngine(msg.sender));
        _;
    }

    /// @inheritdoc IInsuranceFund
    function requestRedeem(uint256 shares) external {
        uint256 balance = balanceOf(msg.sender);
        require(shares <= balance, RequestAboveBalance(shares, balance));

        uint64 maturesAt = uint64(block.timestamp) + _cooldown;
        _requests[msg.sender] = RedeemRequest({shares: shares, maturesAt: maturesAt});
        emit RedeemRequested(msg.sender, shares, maturesAt);
    }

    // The engine

    /// @inheritdoc IInsuranceFund
    function reserve(uint256 wantedE6) external onlyEngine returns (uint256 amountE6) {
        amountE6 = Math.min(wantedE6, freeE6());
        reservedE6 += amountE6;
        emit Reserved(amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function release(uint256 amountE6) external onlyEngine {
        _release(amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function pay(
        uint256 reservedForItE6,
        uint256 wantedE6
    ) external onlyEngine nonReentrant returns (uint256 paidE6) {
        _release(reservedForItE6);
        paidE6 = Math.min(wantedE6, freeE6());
        _sendToVault(paidE6);
    }

    /// @inheritdoc IInsuranceFund
    function cover(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 reservedForItE6,
        uint256 deficitE6
    ) external onlyEngine nonReentrant returns (uint256 paidE6) {
        _release(reservedForItE6);
        uint256 backedE6 = Math.min(deficitE6, freeE6());
        paidE6 = Math.min(backedE6, _leftInWindow());
        uint256 laterE6 = backedE6 - paidE6;
        uint256 neverE6 = deficitE6 - backedE6;

        _windowSpentE6 += uint128(paidE6);
        if (laterE6 != 0) {
            queuedE6 += laterE6;
            _queue[_queueEnd++] = QueuedClaim({
                accountIndex: uint32(accountIndex),
                settlementNonce: uint32(settlementNonce),
                amountE6: uint128(laterE6)
            });
        }
        if (neverE6 != 0) {
            uncoveredE6 += neverE6;
            _uncovered[_key(accountIndex, settlementNonce)] += neverE6;
        }
        emit Covered(accountIndex, settlementNonce, deficitE6, paidE6, laterE6, neverE6);
        _sendToVault(paidE6);
    }

    // Anyone

    /// @inheritdoc IInsuranceFund
    function payQueued() external nonReentrant {
        require(_queueHead != _queueEnd, NothingQueued());
        QueuedClaim memory claim = _queue[_queueHead];
        if (_registry.mode() == ILedgerRegistry.Mode.Dead) {
            // Its account takes no deposits any more; what it is short of is for the exits to share.
            _dequeue(claim.amountE6);
            return;
        }
        uint256 amountE6 = Math.min(claim.amountE6, _coverPerWindowE6);
        require(amountE6 <= _leftInWindow(), CoverWindowSpent(_windowStartedAt + _windowSeconds));

        _windowSpentE6 += uint128(amountE6);
        if (amountE6 == claim.amountE6) {
            _dequeue(amountE6);
        } else {
            queuedE6 -= amountE6;
            _queue[_queueHead].amountE6 = claim.amountE6 - uint128(amountE6);
        }
        _spend(amountE6);
        emit ClaimPaid(claim.accountIndex, claim.settlementNonce, amountE6);
        _depositInVault(claim.accountIndex, claim.settlementNonce, amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function raiseBuffer(uint256 amountE6) external nonReentrant {
        _raiseBuffer(amountE6);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function collectPenalties() external nonReentrant returns (uint256 amountE6) {
        require(vault.claimableE6(address(this)) != 0, NothingToCollect());
        amountE6 = vault.collect(address(this));
        _raiseBuffer(amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function skim() external nonReentrant returns (uint256 amountE6) {
        amountE6 = Math.saturatingSub(
            IERC20(asset()).balanceOf(address(this)),
            bufferE6 + _depositedE6
        );
        require(amountE6 != 0, NothingToSkim());
        _raiseBuffer(amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function payUncovered(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external nonReentrant {
        uint256 key = _key(accountIndex, settlementNonce);
        uint256 recordedE6 = _uncovered[key];
        require(amountE6 <= recordedE6, AboveUncovered(recordedE6, amountE6));

        _uncovered[key] = recordedE6 - amountE6;
        uncoveredE6 -= amountE6;
        emit UncoveredPaid(msg.sender, amountE6);
        IERC20(asset()).safeTransferFrom(msg.sender, address(this), amountE6);
        _depositInVault(accountIndex, settlementNonce, amountE6);
    }

    // Views

    /// @inheritdoc IInsuranceFund
    function redeemRequest(address owner) external view returns (RedeemRequest memory) {
        return _requests[owner];
    }

    /// @inheritdoc IInsuranceFund
    function uncoveredOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (uint256) {
        return _uncovered[_key(accountIndex, settlementNonce)];
    }

    /// @inheritdoc IInsuranceFund
    function queue() external view returns (QueuedClaim memory head, uint256 length) {
        return (_queue[_queueHead], _queueEnd - _queueHead);
    }

    /// @inheritdoc IInsuranceFund
    function config() external view returns (FundConfig memory) {
        return
            FundConfig({
                cooldown: _cooldown,
                redeemWindow: _redeemWindow,
                windowSeconds: _windowSeconds,
                coverPerWindowE6: _coverPerWindowE6
            });
    }

    /// @inheritdoc IInsuranceFund
    function freeE6() public view returns (uint256) {
        return Math.saturatingSub(bufferE6 + _depositedE6, reservedE6 + queuedE6);
    }

    /// @inheritdoc IERC4626
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _depositedE6;
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        RedeemRequest memory request = _requests[owner];
        bool matured =
            block.timestamp >= request.maturesAt &&
                block.timestamp < request.maturesAt + _redeemWindow;
        if (!matured) return 0;
        // What is held back for others comes out of the buffer first.
        uint256 heldBackE6 = Math.saturatingSub(reservedE6 + queuedE6, bufferE6);
        if (heldBackE6 == 0) return request.shares;
        uint256 leavableE6 = Math.saturatingSub(_depositedE6, heldBackE6);
        return Math.min(request.shares, convertToShares(leavableE6));
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) public view override(ERC4626, IERC4626) returns (uint256) {
        return previewRedeem(maxRedeem(owner));
    }

    // Money

    function _release(uint256 amountE6) private {
        if (amountE6 == 0) return;
        reservedE6 -= amountE6;
        emit Released(amountE6);
    }

    /// @dev The buffer loses first.
    function _spend(uint256 amountE6) private {
        uint256 fromBufferE6 = Math.min(amountE6, bufferE6);
        bufferE6 -= fromBufferE6;
        _depositedE6 -= amountE6 - fromBufferE6;
        emit Paid(amountE6, fromBufferE6);
    }

    function _sendToVault(uint256 amountE6) private {
        if (amountE6 == 0) return;
        _spend(amountE6);
        // Counted there before it arrives, so that it is at no moment anybody's surplus.
        vault.escrowFromFund(amountE6);
        IERC20(asset()).safeTransfer(address(vault), amountE6);
    }

    function _depositInVault(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) private {
        IERC20(asset()).forceApprove(address(vault), amountE6);
        vault.deposit(accountIndex, settlementNonce, amountE6);
    }

    function _raiseBuffer(uint256 amountE6) private {
        bufferE6 += amountE6;
        emit BufferRaised(amountE6);
    }

    function _dequeue(uint256 amountE6) private {
        queuedE6 -= amountE6;
        delete _queue[_queueHead++];
    }

    /// @dev Starts a window when the last one has ended.
    function _leftInWindow() private returns (uint256) {
        if (block.timestamp >= _windowStartedAt + _windowSeconds) {
            (_windowStartedAt, _windowSpentE6) = (uint64(block.timestamp), 0);
        }
        return _coverPerWindowE6 - _windowSpentE6;
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        super._deposit(caller, receiver, assets, shares);
        _depositedE6 += assets;
    }

    function _withdraw(
        address caller,
        address receiver,
        address owner,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        _requests[owner].shares -= shares;
        _depositedE6 -= assets;
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

    function _key(uint256 accountIndex, uint256 settlementNonce) private pure returns (uint256) {
        return (accountIndex << NONCE_BITS) | settlementNonce;
    }
}
