// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ICustodyVault} from "../interfaces/ICustodyVault.sol";
import {HealthProof, HealthyAccount, IHealthGate} from "../interfaces/IHealthGate.sol";
import {ILedgerRegistry} from "../interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "../interfaces/ILiquidationEngine.sol";
import {IMarketFeed} from "../interfaces/IMarketFeed.sol";
import {AccountChange, AddedPosition} from "../libraries/AccountChanges.sol";

/// @title EXAMPLE: withdrawals that an account can afford
/// @notice An owner takes an asset out of custody if the account keeps its initial margin without it, as the
/// newest ledger and the current tick have it. The rollup then takes the withdrawal off the account and says
/// so; until then the account can take nothing more. So a proof is never spent twice, nor is a balance.
/// @dev An example of a consumer of `IHealthGate`, one remedy for each duty that interface lists. Trust
/// assumptions: those of the gate; that the rollup takes a withdrawal off its account in the next ledger,
/// before anything that is not in the newest one (its transition proof is to enforce it: the event is its
/// input), and its bridge says so no sooner; that each vault is owned by this contract alone; that the vaults'
/// tokens count in the units of the ledger, 10^-6 for the quote asset and 10^-8 for coins. The bridge can delay
/// an account's next withdrawal, not redirect one.
contract GuardedWithdrawals {
    /// @param ledgerSequence Which ledger the account's last withdrawal was proven in; zero before the first
    /// @param pending Whether it is still to be taken off
    struct Record {
        uint64 ledgerSequence;
        bool pending;
    }

    uint256 private constant ASSETS = 4;

    /// @notice The gate asked.
    IHealthGate public immutable healthGate;
    /// @notice The engine under whose liquidations nothing is withdrawn.
    ILiquidationEngine public immutable liquidationEngine;
    /// @notice The rollup's bridge: says when a withdrawal is taken off.
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
    error NotTheNewestLedger(uint64 latest, uint64 ledgerSequence);
    error UnderLiquidation(uint256 accountIndex, uint256 settlementNonce);
    error NotTheBridge(address bridge, address caller);
    error NothingPending(uint256 accountIndex);
    error NoNewerLedger(uint64 ledgerSequence);

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

        uint64 latest = _ledgerRegistry.latest().sequence;
        require(
            account.ledgerSequence == latest,
            NotTheNewestLedger(latest, account.ledgerSequence)
        );
        require(!_records[accountIndex].pending, StillPending(accountIndex));
        _requireNotUnderLiquidation(accountIndex, account.settlementNonce);

        // Before the payment: a token that calls back finds the account pending.
        _records[accountIndex] = Record({ledgerSequence: latest, pending: true});
        emit Withdrawn(accountIndex, account.owner, asset, amount, account.tick);
        vaults[asset].release(account.owner, amount);
    }

    /// @notice Says that the newest ledger has the account's withdrawal taken off. The rollup's bridge only.
    function takeOff(uint256 accountIndex) external {
        require(msg.sender == bridge, NotTheBridge(bridge, msg.sender));
        Record memory record = _records[accountIndex];
        require(record.pending, NothingPending(accountIndex));
        uint64 latest = _ledgerRegistry.latest().sequence;
        // The ledger the withdrawal was proven in cannot know of it.
        require(latest > record.ledgerSequence, NoNewerLedger(latest));

        _records[accountIndex].pending = false;
        emit TakenOff(accountIndex, latest);
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
