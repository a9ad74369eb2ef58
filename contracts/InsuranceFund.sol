// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {ERC4626, IERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {EpochShares} from "./base/EpochShares.sol";
import {IInsuranceFund} from "./interfaces/IInsuranceFund.sol";
import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IVault} from "./interfaces/IVault.sol";
import {ExactTransfer} from "./libraries/ExactTransfer.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title The insurance fund: a first-loss buffer, then an ERC-4626 of depositors
/// @dev Behaviour and trust assumptions: see `IInsuranceFund`.
contract InsuranceFund is IInsuranceFund, EpochShares, ERC4626, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using ExactTransfer for IERC20;

    uint8 private constant VIRTUAL_SHARE_DECIMALS = 6;
    uint256 private constant NONCE_BITS = 32;
    uint256 private constant MOST_BATCHES = 32;
    uint256 private constant LONGEST_WAIT = 30 days;
    /// @dev An epoch ends where a share is worth less than a millionth of what it was at the start: then what a
    /// deposit mints stays far below 256 bits, whatever happened before it.
    uint256 private constant WIPED_OUT = 10 ** (6 + VIRTUAL_SHARE_DECIMALS);
    uint256 private constant BPS = 10_000;

    /// @dev What takeovers by the Backstop were paid since a moment.
    struct Window {
        uint64 startedAt;
        uint128 spentE6;
    }

    /// @dev Of queued claims: the first that waits and the place behind the last. As of batches, of which it is the
    /// last that was settled and the last there is.
    struct Ends {
        uint64 settled;
        uint64 latest;
    }

    /// @dev The batches, and since when the depositors' income is not booked: every call looks at both.
    struct Batches {
        uint64 settled;
        uint64 latest;
        uint64 incomeFrom;
    }

    /// @inheritdoc IInsuranceFund
    IVault public immutable vault;

    ILedgerRegistry private immutable _registry;
    uint32 private immutable _batchSeconds;
    uint32 private immutable _cooldown;
    uint32 private immutable _calmSeconds;
    uint32 private immutable _maxWait;
    uint32 private immutable _windowSeconds;
    uint128 private immutable _coverPerWindowE6;
    uint128 private immutable _bufferTargetE6;
    uint32 private immutable _incomeBps;

    /// @inheritdoc IInsuranceFund
    uint256 public bufferE6;
    /// @inheritdoc IInsuranceFund
    uint256 public depositedE6;
    /// @inheritdoc IInsuranceFund
    uint256 public reservedE6;
    /// @inheritdoc IInsuranceFund
    uint256 public queuedE6;
    /// @inheritdoc IInsuranceFund
    uint256 public guaranteedE6;
    /// @inheritdoc IInsuranceFund
    uint256 public uncoveredE6;
    /// @inheritdoc IInsuranceFund
    uint256 public owedE6;
    Window private _window;
    Ends private _queueEnds;
    mapping(uint64 position => QueuedClaim) private _queue;
    mapping(uint256 key => uint256) private _uncovered;
    Batches private _batchEnds;
    mapping(uint64 number => Batch) private _batches;
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
        require(config_.batchSeconds != 0, InvalidFundConfig("batchSeconds"));
        // So that few batches wait at a time: what settles them looks at each.
        require(
            config_.cooldown >= config_.batchSeconds &&
                config_.cooldown <= MOST_BATCHES * uint256(config_.batchSeconds),
            InvalidFundConfig("cooldown")
        );
        require(config_.calmSeconds != 0, InvalidFundConfig("calmSeconds"));
        require(
            config_.maxWait > config_.calmSeconds &&
                config_.maxWait <= LONGEST_WAIT &&
                config_.maxWait <= MOST_BATCHES * uint256(config_.batchSeconds),
            InvalidFundConfig("maxWait")
        );
        require(config_.windowSeconds != 0, InvalidFundConfig("windowSeconds"));
        require(
            config_.coverPerWindowE6 != 0 && config_.coverPerWindowE6 <= Messages.MAX_AMOUNT_E6,
            InvalidFundConfig("coverPerWindowE6")
        );
        require(
            config_.bufferTargetE6 != 0 && config_.bufferTargetE6 <= Messages.MAX_AMOUNT_E6,
            InvalidFundConfig("bufferTargetE6")
        );
        require(config_.incomeBps != 0 && config_.incomeBps <= BPS, InvalidFundConfig("incomeBps"));
        vault = vault_;
        _registry = vault_.ledgerRegistry();
        _batchSeconds = config_.batchSeconds;
        _cooldown = config_.cooldown;
        _calmSeconds = config_.calmSeconds;
        _maxWait = config_.maxWait;
        _windowSeconds = config_.windowSeconds;
        _coverPerWindowE6 = config_.coverPerWindowE6;
        _bufferTargetE6 = config_.bufferTargetE6;
        _incomeBps = config_.incomeBps;
        _batchEnds.incomeFrom = uint64(block.timestamp);
    }

    modifier onlyEngine() {
        require(msg.sender == _registry.engine(), NotTheEngine(msg.sender));
        _;
    }

    modifier onlyGuarantee() {
        require(msg.sender == _registry.guarantee(), NotTheGuarantee(msg.sender));
        _;
    }

    // Leaving

    /// @inheritdoc IInsuranceFund
    function requestRedeem(uint256 shares) external nonReentrant returns (uint64 number) {
        uint256 balance = balanceOf(msg.sender);
        require(shares != 0 && shares <= balance, RequestAboveBalance(shares, balance));
        _settleDue();
        number = _collectingBatch();
        RedeemRequest memory request = _requests[msg.sender];
        require(request.shares == 0 || request.batch == number, RequestUnderWay(request.batch));
        uint256 valueE6 = _leavingE6(shares);

        _requests[msg.sender] = RedeemRequest({
            batch: number,
            shares: request.shares + shares,
            valueE6: request.valueE6 + valueE6
        });
        _batches[number].shares += shares;
        emit RedeemRequested(msg.sender, number, shares, valueE6);
        _transfer(msg.sender, address(this), shares);
    }

    /// @inheritdoc IInsuranceFund
    function settleRedemptions() external nonReentrant {
        uint64 before = _batchEnds.settled;
        _settleDue();
        require(_batchEnds.settled != before, NothingToSettle());
    }

    /// @inheritdoc IInsuranceFund
    function claimRedeem(address owner) external nonReentrant returns (uint256 paidE6) {
        _settleDue();
        RedeemRequest memory request = _requests[owner];
        require(request.shares != 0, NothingRequested(owner));
        require(request.batch <= _batchEnds.settled, NotSettled(request.batch));
        Batch memory batch = _batches[request.batch];

        delete _requests[owner];
        uint256 shareE6 = Math.mulDiv(batch.paidE6, request.shares, batch.shares);
        paidE6 = Math.min(shareE6, request.valueE6);
        owedE6 -= shareE6;
        // What came in since the request is of those who stayed. By way of the buffer: nobody who enters just before
        // it is claimed has a part of it at once.
        if (shareE6 != paidE6) _raiseBuffer(shareE6 - paidE6);
        emit RedeemClaimed(owner, request.batch, paidE6);
        if (paidE6 != 0) IERC20(asset()).safeTransfer(owner, paidE6);
    }

    // The engine

    /// @inheritdoc IInsuranceFund
    function reserve(uint256 wantedE6) external onlyEngine returns (uint256 amountE6) {
        _settleDue();
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
        _settleDue();
        _release(reservedForItE6);
        paidE6 = Math.min(wantedE6, freeE6());
        _sendToVault(paidE6);
        _endEpochIfWipedOut();
    }

    /// @inheritdoc IInsuranceFund
    function cover(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 reservedForItE6,
        uint256 deficitE6
    ) external onlyEngine nonReentrant returns (uint256 paidE6) {
        _settleDue();
        _release(reservedForItE6);
        uint256 backedE6 = Math.min(deficitE6, freeE6());
        paidE6 = Math.min(backedE6, _leftInWindow());
        uint256 laterE6 = backedE6 - paidE6;
        uint256 neverE6 = deficitE6 - backedE6;

        _window.spentE6 += uint128(paidE6);
        if (laterE6 != 0) {
            queuedE6 += laterE6;
            _queue[_queueEnds.latest++] = QueuedClaim({
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
        _endEpochIfWipedOut();
    }

    /// @inheritdoc IInsuranceFund
    function beginLiquidation(uint256 amountE6) external onlyEngine {
        guaranteedE6 -= amountE6;
        emit GuaranteeCalled(amountE6);
    }

    // The guarantee

    /// @inheritdoc IInsuranceFund
    function guarantee(uint256 amountE6) external onlyGuarantee {
        _bookIncome();
        uint256 backedE6 = Math.min(bufferE6 - guaranteedE6, freeE6());
        require(amountE6 <= backedE6, BufferTooSmall(backedE6, amountE6));

        guaranteedE6 += amountE6;
        reservedE6 += amountE6;
        emit Guaranteed(amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function endGuarantee(uint256 amountE6) external onlyEngine {
        guaranteedE6 -= amountE6;
        _release(amountE6);
    }

    // Anyone

    /// @inheritdoc IInsuranceFund
    function payQueued() external nonReentrant {
        _bookIncome();
        require(_queueEnds.settled != _queueEnds.latest, NothingQueued());
        QueuedClaim memory claim = _queue[_queueEnds.settled];
        if (_registry.mode() == ILedgerRegistry.Mode.Dead) {
            // Its account takes no deposits any more; what it is short of is for the exits to share.
            _dequeue(claim.amountE6);
            return;
        }
        uint256 amountE6 = Math.min(claim.amountE6, _coverPerWindowE6);
        require(amountE6 <= _leftInWindow(), CoverWindowSpent(_window.startedAt + _windowSeconds));

        _window.spentE6 += uint128(amountE6);
        if (amountE6 == claim.amountE6) {
            _dequeue(amountE6);
        } else {
            queuedE6 -= amountE6;
            _queue[_queueEnds.settled].amountE6 = claim.amountE6 - uint128(amountE6);
        }
        _spend(amountE6);
        emit ClaimPaid(claim.accountIndex, claim.settlementNonce, amountE6);
        _depositInVault(claim.accountIndex, claim.settlementNonce, amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function raiseBuffer(uint256 amountE6) external nonReentrant {
        _raiseBuffer(amountE6);
        IERC20(asset()).pullExactly(msg.sender, amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function collectPenalties() external nonReentrant returns (uint256 amountE6) {
        require(vault.claimableE6(address(this)) != 0, NothingToCollect());
        uint256 before = IERC20(asset()).balanceOf(address(this));
        amountE6 = vault.collect(address(this));
        // What arrived, should the asset have begun to keep a fee: the vault refuses nobody what it owes.
        amountE6 = Math.min(amountE6, IERC20(asset()).balanceOf(address(this)) - before);
        _raiseBuffer(amountE6);
    }

    /// @inheritdoc IInsuranceFund
    function skim() external nonReentrant returns (uint256 amountE6) {
        amountE6 = Math.saturatingSub(
            IERC20(asset()).balanceOf(address(this)),
            bufferE6 + depositedE6 + owedE6
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
        IERC20(asset()).pullExactly(msg.sender, amountE6);
        _depositInVault(accountIndex, settlementNonce, amountE6);
    }

    // Views

    /// @inheritdoc IInsuranceFund
    function redeemRequest(address owner) external view returns (RedeemRequest memory) {
        return _requests[owner];
    }

    /// @inheritdoc IInsuranceFund
    function redemptionBatch(uint64 number) external view returns (Batch memory) {
        return _batches[number];
    }

    /// @inheritdoc IInsuranceFund
    function redemptionBatches() external view returns (uint64 settledThrough, uint64 latest) {
        return (_batchEnds.settled, _batchEnds.latest);
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
        return (_queue[_queueEnds.settled], _queueEnds.latest - _queueEnds.settled);
    }

    /// @inheritdoc IInsuranceFund
    function config() external view returns (FundConfig memory) {
        return
            FundConfig({
                batchSeconds: _batchSeconds,
                cooldown: _cooldown,
                calmSeconds: _calmSeconds,
                maxWait: _maxWait,
                windowSeconds: _windowSeconds,
                coverPerWindowE6: _coverPerWindowE6,
                bufferTargetE6: _bufferTargetE6,
                incomeBps: _incomeBps
            });
    }

    /// @inheritdoc IInsuranceFund
    function income() external view returns (uint256 dueE6, uint64 from) {
        return (_incomeDueE6(), _batchEnds.incomeFrom);
    }

    /// @inheritdoc IInsuranceFund
    function freeE6() public view returns (uint256) {
        return Math.saturatingSub(bufferE6 + depositedE6, reservedE6 + queuedE6);
    }

    /// @inheritdoc IERC4626
    /// @dev A queued claim that the buffer does not back is lost already; a reservation may yet be released. Income
    /// that is due counts before it is booked: where there is any, the buffer backs all that is queued.
    function totalAssets() public view override(ERC4626, IERC4626) returns (uint256) {
        return _aheadOfLosses(queuedE6) + _incomeDueE6();
    }

    /// @inheritdoc IERC4626
    /// @dev Nobody enters while a queued claim is the depositors' to pay: whatever spares them a part of it, income or
    /// the end of the venue, is of those whose loss it was.
    function maxDeposit(address) public view override(ERC4626, IERC4626) returns (uint256) {
        return queuedE6 > bufferE6 ? 0 : type(uint256).max;
    }

    /// @inheritdoc IERC4626
    function maxMint(address receiver) public view override(ERC4626, IERC4626) returns (uint256) {
        return maxDeposit(receiver);
    }

    /// @inheritdoc IERC4626
    /// @dev Leaving is by request and claim alone.
    function maxRedeem(address) public pure override(ERC4626, IERC4626) returns (uint256) {
        return 0;
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address) public pure override(ERC4626, IERC4626) returns (uint256) {
        return 0;
    }

    /// @inheritdoc IERC20
    function totalSupply() public view override(EpochShares, ERC20, IERC20) returns (uint256) {
        return super.totalSupply();
    }

    /// @inheritdoc IERC20
    function balanceOf(
        address owner
    ) public view override(EpochShares, ERC20, IERC20) returns (uint256) {
        return super.balanceOf(owner);
    }

    /// @inheritdoc IInsuranceFund
    function epoch() public view override(EpochShares, IInsuranceFund) returns (uint64) {
        return super.epoch();
    }

    /// @inheritdoc IERC20Metadata
    function decimals() public view override(ERC20, ERC4626, IERC20Metadata) returns (uint8) {
        return super.decimals();
    }

    // Leaving

    /// @dev The batch that takes requests now. It matures a cooldown after it stopped taking them, so that nobody
    /// chooses the moment at which a request is worth something.
    function _collectingBatch() private returns (uint64 number) {
        number = _batchEnds.latest;
        if (number > _batchEnds.settled && block.timestamp < _batches[number].closesAt)
            return number;
        number += 1;
        _batchEnds.latest = number;
        _batches[number].closesAt = uint64(block.timestamp) + _batchSeconds;
    }

    /// @dev Before every loss and every reservation, so that a request that was due does not bear them and one that
    /// was not does. Bounded: a new batch begins only when those due are settled.
    function _settleDue() private {
        // Where nothing is spare nothing is due, and whatever makes something spare begins to count anew.
        if (_spareE6() != 0) _bookIncome();
        (uint64 number, uint64 latest) = (_batchEnds.settled + 1, _batchEnds.latest);
        for (; number <= latest; ++number) {
            Batch memory batch = _batches[number];
            if (!_isDue(uint256(batch.closesAt) + _cooldown)) break;
            uint256 amountE6 = _leavingE6(batch.shares);
            _batchEnds.settled = number;
            _batches[number].paidE6 = amountE6;
            depositedE6 -= amountE6;
            owedE6 += amountE6;
            emit RedemptionsSettled(number, batch.shares, amountE6);
            _burn(address(this), batch.shares);
        }
    }

    /// @dev In a halt, in silence and shortly after either, what happened is not proven yet. It cannot last: whoever
    /// could halt the market for ever could keep the depositors for ever.
    function _isDue(uint256 maturesAt) private view returns (bool) {
        if (block.timestamp < maturesAt) return false;
        if (block.timestamp >= maturesAt + _maxWait) return true;
        if (_registry.mode() == ILedgerRegistry.Mode.Dead) return true;
        IMarketFeed.FeedState memory market = _registry.marketFeed().state();
        return
            market.haltedAt == 0 &&
            market.breaches == 0 &&
            block.timestamp >= uint256(market.graceUntil) + _calmSeconds &&
            block.timestamp <= uint256(market.acceptedTime) + _calmSeconds;
    }

    /// @dev What shares that leave are worth: what is reserved counts as lost, for their holders leave the rest of it
    /// to those who stay.
    function _leavingE6(uint256 shares) private view returns (uint256) {
        return
            Math.mulDiv(
                shares,
                _aheadOfLosses(reservedE6 + queuedE6) + 1,
                totalSupply() + 10 ** VIRTUAL_SHARE_DECIMALS
            );
    }

    /// @dev The buffer bears losses first; what it guarantees is bespoken.
    function _aheadOfLosses(uint256 lossesE6) private view returns (uint256) {
        uint256 theirsE6 = Math.saturatingSub(lossesE6, bufferE6);
        return Math.saturatingSub(depositedE6, theirsE6);
    }

    /// @dev Shares of an epoch that lost everything are worth nothing for ever; the next deposit begins anew. What a
    /// queued claim still needs, and a last millionth, is the buffer's from then on.
    function _endEpochIfWipedOut() private {
        uint256 supply = totalSupply();
        if (supply == 0 || totalAssets() * WIPED_OUT >= supply) return;
        bufferE6 += depositedE6;
        depositedE6 = 0;
        // Requests under way were worth as much as the shares that stayed.
        _batchEnds.settled = _batchEnds.latest;
        emit EpochEnded(epoch());
        _beginEpoch();
    }

    // Income

    /// @dev Before whatever changes what the buffer has to spare or what is deposited: what flowed until now depends
    /// on nothing that came later. Time in which there was nothing to spare brings nothing afterwards.
    function _bookIncome() private {
        uint256 dueE6 = _incomeDueE6();
        _batchEnds.incomeFrom = uint64(block.timestamp);
        if (dueE6 != 0) {
            bufferE6 -= dueE6;
            depositedE6 += dueE6;
            emit IncomeBooked(dueE6);
        }
    }

    /// @dev In proportion to what is deposited and for how long, so that neither who enters late nor who is nearly
    /// alone gets what others waited for. Rounded down.
    function _incomeDueE6() private view returns (uint256) {
        uint256 spareE6 = _spareE6();
        if (spareE6 == 0) return 0;
        uint256 elapsed = block.timestamp - _batchEnds.incomeFrom;
        return Math.min(spareE6, (depositedE6 * _incomeBps * elapsed) / (BPS * 365 days));
    }

    /// @dev Of the buffer, what is above the target and neither reserved nor queued for.
    function _spareE6() private view returns (uint256) {
        return Math.saturatingSub(bufferE6, _bufferTargetE6 + reservedE6 + queuedE6);
    }

    // Money

    function _release(uint256 amountE6) private {
        if (amountE6 == 0) return;
        _bookIncome();
        reservedE6 -= amountE6;
        emit Released(amountE6);
    }

    /// @dev The buffer loses first, but for what it guarantees to others.
    function _spend(uint256 amountE6) private {
        uint256 fromBufferE6 = Math.min(amountE6, bufferE6 - guaranteedE6);
        bufferE6 -= fromBufferE6;
        depositedE6 -= amountE6 - fromBufferE6;
        emit Paid(amountE6, fromBufferE6);
    }

    function _sendToVault(uint256 amountE6) private {
        if (amountE6 == 0) return;
        _spend(amountE6);
        // Counted there before it arrives, so that it is at no moment anybody's surplus.
        vault.escrowFromFund(amountE6);
        IERC20(asset()).pushExactly(address(vault), amountE6);
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
        _bookIncome();
        bufferE6 += amountE6;
        emit BufferRaised(amountE6);
    }

    function _dequeue(uint256 amountE6) private {
        queuedE6 -= amountE6;
        delete _queue[_queueEnds.settled++];
    }

    /// @dev Starts a window when the last one has ended.
    function _leftInWindow() private returns (uint256) {
        if (block.timestamp >= _window.startedAt + _windowSeconds) {
            _window = Window({startedAt: uint64(block.timestamp), spentE6: 0});
        }
        return _coverPerWindowE6 - _window.spentE6;
    }

    function _deposit(
        address caller,
        address receiver,
        uint256 assets,
        uint256 shares
    ) internal override nonReentrant {
        _bookIncome();
        IERC20(asset()).pullExactly(caller, assets);
        depositedE6 += assets;
        _mint(receiver, shares);
        emit Deposit(caller, receiver, assets, shares);
    }

    function _update(
        address from,
        address to,
        uint256 shares
    ) internal override(EpochShares, ERC20) {
        super._update(from, to, shares);
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return VIRTUAL_SHARE_DECIMALS;
    }

    function _key(uint256 accountIndex, uint256 settlementNonce) private pure returns (uint256) {
        return (accountIndex << NONCE_BITS) | settlementNonce;
    }
}
