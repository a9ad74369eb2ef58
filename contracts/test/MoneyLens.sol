// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ILedgerRegistry} from "../interfaces/ILedgerRegistry.sol";
import {ILiquidationEngine} from "../interfaces/ILiquidationEngine.sol";
import {IInsuranceFund} from "../interfaces/IInsuranceFund.sol";
import {IVault} from "../interfaces/IVault.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: all the money of a venue in one call
contract MoneyLens {
    struct Money {
        uint256 vaultBalanceE6;
        uint256 heldE6;
        uint256 escrowedE6;
        uint256 claimableE6;
        uint256 receivedE6;
        uint256 releasedE6;
        uint256 fundBalanceE6;
        uint256 bufferE6;
        uint256 depositedE6;
        uint256 reservedE6;
        uint256 queuedE6;
        uint256 uncoveredE6;
        uint256 owedE6;
        uint256 guaranteedE6;
        uint256 supply;
        uint256 epoch;
        uint256 settledThrough;
        uint256 incomeFrom;
        uint256 assetsE6;
        uint256 engineWei;
        uint256 clock;
        uint256 mode;
        uint256 time;
    }

    constructor() {
        LocalChain.requireLocal();
    }

    function read(ILiquidationEngine engine) external view returns (Money memory money) {
        IVault vault = engine.vault();
        IInsuranceFund fund = engine.insuranceFund();
        ILedgerRegistry registry = vault.ledgerRegistry();
        money.vaultBalanceE6 = vault.asset().balanceOf(address(vault));
        (money.heldE6, money.escrowedE6, money.claimableE6) = vault.totals();
        money.receivedE6 = vault.receivedE6();
        money.releasedE6 = registry.releasedE6(registry.latest().sequence);
        money.fundBalanceE6 = vault.asset().balanceOf(address(fund));
        money.bufferE6 = fund.bufferE6();
        money.depositedE6 = fund.depositedE6();
        money.reservedE6 = fund.reservedE6();
        money.queuedE6 = fund.queuedE6();
        money.uncoveredE6 = fund.uncoveredE6();
        money.owedE6 = fund.owedE6();
        money.guaranteedE6 = fund.guaranteedE6();
        money.supply = fund.totalSupply();
        money.epoch = fund.epoch();
        (money.settledThrough, ) = fund.redemptionBatches();
        (, money.incomeFrom) = fund.income();
        money.assetsE6 = fund.totalAssets();
        money.engineWei = address(engine).balance;
        money.clock = registry.marketFeed().marketClock();
        money.mode = uint256(registry.mode());
        money.time = block.timestamp;
    }
}
