// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/account-opening.circom";
include "ledger/market-snapshot.circom";
include "ledger/risk-parameters.circom";
include "margin/collateral.circom";
include "margin/contingencies.circom";
include "margin/general-terms.circom";
include "margin/mark-value.circom";
include "margin/position-valuation.circom";
include "margin/requirement.circom";
include "margin/scenario-loss.circom";
include "margin/scenario-opening.circom";

/**
 * @title MarginAtScenarios
 * @notice Equity of an account and its maintenance requirement with one exhibited scenario per
 * underlying (docs/spec.md §5, §6): everything that `liquidation` proves but the comparison. With the
 * worst ids the requirement is MM; with any others it is at most that.
 * @param MAX_POSITIONS 1 … 64
 * @input as in AccountOpening, MarketSnapshot, RiskParameters and ScenarioOpening
 * @output ledgerRoot, snapshotHash, parameterHash commitments of what was read
 * @output equityE6 signed, |·| < 2^79
 * @output requirementE6 0 … 2^88 − 1
 * Assumes the caller bounds |requirementE6| below 2^200 (Requirement) and nothing else of the prover; of the snapshot and the parameters the document rules.
 * Guarantees both amounts, exactly, for the account at leafIndex. Cost: see Liquidation.
 */
template MarginAtScenarios(MAX_POSITIONS) {
    // Account.
    signal input owner;
    signal input nonce;
    signal input frozen;
    signal input riskReducingOnly;
    signal input quoteE6;
    signal input balanceE8[3];
    signal input underlying[MAX_POSITIONS];
    signal input kind[MAX_POSITIONS];
    signal input expiry[MAX_POSITIONS];
    signal input strikeE4[MAX_POSITIONS];
    signal input lots[MAX_POSITIONS];
    signal input leafIndex;
    signal input accountCount;
    signal input children[12][4];
    // Snapshot.
    signal input timeWord;
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    // Parameters.
    signal input generalWord;
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorWord[14];
    signal input scenarioWord[2][8];
    signal input documentWord;
    // Choice of the prover.
    signal input scenarioId[2];

    signal output ledgerRoot;
    signal output snapshotHash;
    signal output parameterHash;
    signal output equityE6;
    signal output requirementE6;

    // 1. The account under the ledger root.
    component account = AccountOpening(MAX_POSITIONS);
    account.owner <== owner;
    account.nonce <== nonce;
    account.frozen <== frozen;
    account.riskReducingOnly <== riskReducingOnly;
    account.quoteE6 <== quoteE6;
    account.balanceE8 <== balanceE8;
    account.underlying <== underlying;
    account.kind <== kind;
    account.expiry <== expiry;
    account.strikeE4 <== strikeE4;
    account.lots <== lots;
    account.leafIndex <== leafIndex;
    account.accountCount <== accountCount;
    account.children <== children;
    ledgerRoot <== account.ledgerRoot;

    // 2. The market under the snapshot hash.
    component market = MarketSnapshot();
    market.timeWord <== timeWord;
    market.underlyingWord <== underlyingWord;
    market.collateralWord <== collateralWord;
    market.sliceWord <== sliceWord;
    snapshotHash <== market.snapshotHash;
    _ <== market.indexTime;
    for (var u = 0; u < 2; u++) {
        _ <== market.confidenceQ10[u];
    }

    // 3. Scenarios and terms under the parameter hash.
    component scenarios = ScenarioOpening();
    scenarios.scenarioId <== scenarioId;
    scenarios.scenarioWord <== scenarioWord;
    scenarios.tenorWord <== tenorWord;
    scenarios.volatilityWord <== volatilityWord;
    component general = GeneralTerms();
    general.generalWord <== generalWord;
    general.concentrationWord <== concentrationWord;
    component parameters = RiskParameters();
    parameters.generalWord <== generalWord;
    parameters.concentrationWord <== concentrationWord;
    parameters.assetWord <== assetWord;
    parameters.volatilityWord <== volatilityWord;
    parameters.tenorDigest <== scenarios.tenorDigest;
    parameters.scenarioDigest <== scenarios.scenarioDigest;
    parameters.documentWord <== documentWord;
    parameterHash <== parameters.parameterHash;

    // 4. Every position, twice: at the mark and in its scenario.
    component position[MAX_POSITIONS];
    component mark = MarkValue(MAX_POSITIONS);
    component loss = ScenarioLoss(MAX_POSITIONS);
    component contingencies = Contingencies(MAX_POSITIONS);
    for (var i = 0; i < MAX_POSITIONS; i++) {
        position[i] = PositionValuation();
        position[i].underlying <== underlying[i];
        position[i].expiry <== expiry[i];
        position[i].strikeE4 <== strikeE4[i];
        position[i].isPerpetual <== account.isPerpetual[i];
        position[i].isFuture <== account.isFuture[i];
        position[i].isCall <== account.isCall[i];
        position[i].isPut <== account.isPut[i];
        position[i].time <== market.time;
        position[i].indexE4 <== market.indexE4;
        position[i].perpetualMarkE4 <== market.perpetualMarkE4;
        position[i].sliceWord <== sliceWord;
        position[i].multiplierQ24 <== scenarios.multiplierQ24;
        position[i].logMoveQ10 <== scenarios.logMoveQ10;
        position[i].tenorTauSeconds <== scenarios.tenorTauSeconds;
        position[i].tenorSkewCapQ10 <== scenarios.tenorSkewCapQ10;
        position[i].volDirection <== scenarios.volDirection;
        position[i].skewDirection <== scenarios.skewDirection;
        position[i].skewLinear <== scenarios.skewLinear;
        position[i].rollDirection <== scenarios.rollDirection;
        position[i].floorVarianceRateQ64 <== scenarios.floorVarianceRateQ64;
        position[i].tenorColumnQ10 <== scenarios.tenorColumnQ10;
        mark.markE4Q128[i] <== position[i].markE4Q128;
        loss.markE4Q128[i] <== position[i].markE4Q128;
        loss.valueE4Q152[i] <== position[i].valueE4Q152;
        contingencies.isSettled[i] <== position[i].isSettled;
        contingencies.forwardE4[i] <== position[i].forwardE4;
        contingencies.deltaQ128[i] <== position[i].deltaQ128;
    }

    // 5. Equity: quote balance, collateral after haircuts, positions at the mark.
    component collateral = Collateral();
    collateral.balanceE8 <== balanceE8;
    collateral.collateralPriceE4 <== market.collateralPriceE4;
    collateral.redemptionRateQ30 <== market.redemptionRateQ30;
    collateral.indexE4 <== market.indexE4;
    collateral.assetWord <== assetWord;
    for (var c = 0; c < 3; c++) {
        _ <== collateral.imExtraBps[c];
    }
    _ <== collateral.haircutE6;
    mark.lots <== lots;
    equityE6 <== quoteE6 + collateral.haircutValueE6[0] + collateral.haircutValueE6[1]
        + collateral.haircutValueE6[2] + mark.valueE6;

    // 6. Loss in the exhibited scenarios.
    loss.underlying <== underlying;
    loss.lots <== lots;
    loss.assetUnderlying <== collateral.assetUnderlying;
    loss.haircutValueE6 <== collateral.haircutValueE6;
    loss.multiplierQ24 <== scenarios.multiplierQ24;
    loss.dampingQ16 <== scenarios.dampingQ16;

    // 7. Contingencies.
    contingencies.underlying <== underlying;
    contingencies.expiry <== expiry;
    contingencies.strikeE4 <== strikeE4;
    contingencies.lots <== lots;
    contingencies.isNegative <== account.isNegative;
    contingencies.isPerpetual <== account.isPerpetual;
    contingencies.isFuture <== account.isFuture;
    contingencies.isCall <== account.isCall;
    contingencies.isPut <== account.isPut;
    contingencies.indexE4 <== market.indexE4;
    contingencies.perpetualMarkE4 <== market.perpetualMarkE4;
    contingencies.depthQuote <== market.depthQuote;
    contingencies.shortOptionBps <== general.shortOptionBps;
    contingencies.perpetualBps <== general.perpetualBps;
    contingencies.futureBps <== general.futureBps;
    contingencies.bandsQ10 <== general.bandsQ10;
    contingencies.marginalBps <== general.marginalBps;

    // 8. Requirement.
    component requirement = Requirement();
    requirement.lossQ16 <== loss.lossQ16;
    requirement.mmFactorBps <== general.mmFactorBps;
    requirement.contingenciesBpsQ10 <== contingencies.totalBpsQ10;
    requirementE6 <== requirement.requirementE6;
}
