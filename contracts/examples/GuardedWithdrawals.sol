// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ICustodyVault} from "../interfaces/ICustodyVault.sol";
import {HealthProof, HealthyAccount, IHealthGate} from "../interfaces/IHealthGate.sol";
import {ILedgerRegistry} from "../interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "../interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "../interfaces/IMarketFeed.sol";
import {AccountChange, AddedPosition} from "../libraries/AccountChanges.sol";

/// @title EXAMPLE: withdrawals that an account can afford
/// @notice An owner takes an asset out of custody if the account keeps its initial margin without it. What is
/// paid out is taken off the account by the rollup, which then says in which ledger that was done; until then
/// the account can take nothing more, and afterwards only on a proof about such a ledger. So a proof is never
/// spent twice, nor is a balance.
/// @dev An example of a consumer of `IHealthGate`, one remedy for each duty that interface lists. Trust
/// assumptions: those of the gate; the rollup's bridge takes every withdrawal off its account before it
/// says so (its transition proof is to enforce it: the event is its input) and gives each vault to this
/// contract alone; the vaults' tokens count in the units of the ledger, 10^-6 for the quote asset and 10^-8
/// for coins. The bridge can delay withdrawals, not redirect them.
contract GuardedWithdrawals {
    /// @param takenAt Sequence number of the newest ledger root when the account last withdrew
    /// @param includedIn Sequence number of the ledger root from which on its withdrawals are taken off
    /// @param pending Whether the last withdrawal is still to be taken off
    struct Record {
        uint64 takenAt;
        uint64 includedIn;
        bool pending;
    }

    uint256 private constant ASSETS = 4;

    /// @notice The gate asked.
    IHealthGate public immutable healthGate;
    /// @notice The engine under whose liquidations nothing is withdrawn.
    ILiquidationEngine public immutable liquidationEngine;
    /// @notice The rollup's bridge: says which ledger a withdrawal was taken off in.
    address public immutable bridge;

    IMarketFeed private immutable _marketFeed;
    ILedgerRegistry private immutable _ledgerRegistry;

    /// @notice Where each asset is held (0 quote, 1 BTC, 2 ETH, 3 stETH); zero if it cannot be withdrawn.
    ICustodyVault[ASSETS] public vaults;

    mapping(uint256 accountIndex => Record) private _records;

    event Withdrawn(
        uint256 indexed accountIndex,
        address indexed owner,
        uint8 asset,
        uint64 amount,
        uint64 tick
    );
    event TakenOff(uint256 indexed accountIndex, uint64 ledgerSequence);

    error NothingAsked();
    error AssetNotHeld(uint8 asset);
    error NotTheOwner(address owner, address caller);
    error NotTheCurrentTick(uint64 latestTick, uint64 tick);
    error StillPending(uint256 accountIndex);
    error LedgerLacksWithdrawal(uint64 includedIn, uint64 ledgerSequence);
    error UnderLiquidation(uint256 accountIndex, uint256 settlementNonce);
    error NotTheBridge(address bridge, address caller);
    error NothingPending(uint256 accountIndex);
    error LedgerOutOfRange(uint64 takenAt, uint64 latest, uint64 ledgerSequence);

    constructor(
        IHealthGate healthGate_,
        ILiquidationEngine liquidationEngine_,
        ICustodyVault[ASSETS] memory vaults_,
        address bridge_
    ) {
        healthGate = healthGate_;
        liquidationEngine = liquidationEngine_;
        bridge = bridge_;
        vaults = vaults_;
        _marketFeed = healthGate_.marketFeed();
        _ledgerRegistry = _marketFeed.ledgerRegistry();
    }

    /// @notice Pays `amount` of an asset to the caller, who owns the account.
    /// @param proof Of the account after `amount` of `asset` is taken off, its context made for this contract
    function withdraw(
        uint256 accountIndex,
        uint8 asset,
        uint64 amount,
        HealthProof calldata proof
    ) external {
        require(amount != 0, NothingAsked());
        require(asset < ASSETS && address(vaults[asset]) != address(0), AssetNotHeld(asset));
        AccountChange memory change = AccountChange({
            asset: asset,
            amount: amount,
            credited: false,
            added: AddedPosition({underlying: 0, kind: 0, expiry: 0, strikeE4: 0, lots: 0})
        });
        HealthyAccount memory account = healthGate.requireHealthyAfter(accountIndex, change, proof);
        require(msg.sender == account.owner, NotTheOwner(account.owner, msg.sender));
        uint64 latestTick = _marketFeed.latestTick();
        require(account.tick == latestTick, NotTheCurrentTick(latestTick, account.tick));

        Record memory record = _records[accountIndex];
        require(!record.pending, StillPending(accountIndex));
        require(
            account.ledgerSequence >= record.includedIn,
            LedgerLacksWithdrawal(record.includedIn, account.ledgerSequence)
        );
        _requireNotUnderLiquidation(accountIndex, account.settlementNonce);

        record.pending = true;
        record.takenAt = _ledgerRegistry.latest().sequence;
        _records[accountIndex] = record;
        emit Withdrawn(accountIndex, account.owner, asset, amount, account.tick);
        vaults[asset].release(account.owner, amount);
    }

    /// @notice Says that the account's withdrawal is taken off in the ledger of that sequence number and every
    /// later one. The rollup's bridge only.
    function takeOff(uint256 accountIndex, uint64 ledgerSequence) external {
        require(msg.sender == bridge, NotTheBridge(bridge, msg.sender));
        Record memory record = _records[accountIndex];
        require(record.pending, NothingPending(accountIndex));
        uint64 latest = _ledgerRegistry.latest().sequence;
        // A ledger that was there before the withdrawal cannot know of it.
        require(
            ledgerSequence > record.takenAt && ledgerSequence <= latest,
            LedgerOutOfRange(record.takenAt, latest, ledgerSequence)
        );

        record.pending = false;
        record.includedIn = ledgerSequence;
        _records[accountIndex] = record;
        emit TakenOff(accountIndex, ledgerSequence);
    }

    /// @notice What is recorded of an account.
    function recordOf(uint256 accountIndex) external view returns (Record memory) {
        return _records[accountIndex];
    }

    /// @dev What a bidder is to take over must not leave first. A cured account is free again.
    function _requireNotUnderLiquidation(
        uint256 accountIndex,
        uint256 settlementNonce
    ) private view {
        ILiquidationEngine.Status status = liquidationEngine
            .liquidation(accountIndex, settlementNonce)
            .status;
        require(
            status == ILiquidationEngine.Status.None || status == ILiquidationEngine.Status.Cured,
            UnderLiquidation(accountIndex, settlementNonce)
        );
    }
}
