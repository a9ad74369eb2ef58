// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";
include "ledger/market-snapshot.circom";
include "margin/collateral.circom";
include "margin/grid-requirements.circom";
include "margin/grid-scan.circom";
include "margin/grid-terms.circom";
include "margin/position-over-grid.circom";

/**
 * @title MarginOverGrid
 * @notice Exact equity, margins and worst scenarios of a portfolio over the whole grid (docs/spec.md §5):
 * what `account-margin` publishes and `solvency-receipt` compares.
 * @param MAX_POSITIONS 1 … 64
 * @input quoteE6, balanceE8[3] 64 bits signed, 56 bits
 * @input underlying, expiry, strikeE4, lots, isPerpetual, isFuture, isCall, isPut, isNegative
 * [MAX_POSITIONS] of Slot
 * @input the words of MarketSnapshot and of GridTerms
 * @output snapshotHash, parameterHash commitments of what was read
 * @output equityE6 signed, |·| < 2^79
 * @output haircutE6 what the haircuts take off the collateral, below 2^79: equityE6 + haircutE6 is the
 * equity without haircuts
 * @output maintenanceMarginE6, initialMarginE6 below 2^96
 * @output worstScenario[2] lowest id of the largest damped loss, 0 when nothing loses; 6 bits
 * @output cureBufferBps of the parameter set, 16 bits
 * Assumes canonical slots and balances in width, which whoever opens the account proves; of the
 * snapshot and the parameters the document rules. Guarantees all outputs, exactly, for every account.
 * Cost: see AccountMargin.
 */
template MarginOverGrid(MAX_POSITIONS) {
    // Account.
    signal input quoteE6;
    signal input balanceE8[3];
    signal input underlying[MAX_POSITIONS];
    signal input expiry[MAX_POSITIONS];
    signal input strikeE4[MAX_POSITIONS];
    signal input lots[MAX_POSITIONS];
    signal input {binary} isPerpetual[MAX_POSITIONS];
    signal input {binary} isFuture[MAX_POSITIONS];
    signal input {binary} isCall[MAX_POSITIONS];
    signal input {binary} isPut[MAX_POSITIONS];
    signal input {binary} isNegative[MAX_POSITIONS];
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

    signal output snapshotHash;
    signal output parameterHash;
    signal output equityE6;
    signal output {maxbit} haircutE6;
    signal output {maxbit} maintenanceMarginE6;
    signal output {maxbit} initialMarginE6;
    signal output {maxbit} worstScenario[2];
    signal output {maxbit} cureBufferBps;
    haircutE6.maxbit = 79;
    maintenanceMarginE6.maxbit = 96;
    initialMarginE6.maxbit = 96;
    worstScenario.maxbit = 6;
    cureBufferBps.maxbit = 16;

    // 1. The market under the snapshot hash.
    component market = MarketSnapshot();
    market.timeWord <== timeWord;
    market.underlyingWord <== underlyingWord;
    market.collateralWord <== collateralWord;
    market.sliceWord <== sliceWord;
    snapshotHash <== market.snapshotHash;

    // 2. Grid and terms under the parameter hash.
    component terms = GridTerms();
    terms.generalWord <== generalWord;
    terms.concentrationWord <== concentrationWord;
    terms.assetWord <== assetWord;
    terms.volatilityWord <== volatilityWord;
    terms.tenorWord <== tenorWord;
    terms.scenarioWord <== scenarioWord;
    terms.documentWord <== documentWord;
    parameterHash <== terms.parameterHash;

    // 3. Every position, at the mark and in all scenarios.
    component position[MAX_POSITIONS];
    component scan = GridScan(MAX_POSITIONS);
    component requirements = GridRequirements(MAX_POSITIONS);
    for (var i = 0; i < MAX_POSITIONS; i++) {
        position[i] = PositionOverGrid();
        position[i].underlying <== underlying[i];
        position[i].expiry <== expiry[i];
        position[i].strikeE4 <== strikeE4[i];
        position[i].lots <== lots[i];
        position[i].isPerpetual <== isPerpetual[i];
        position[i].isFuture <== isFuture[i];
        position[i].isCall <== isCall[i];
        position[i].isPut <== isPut[i];
        position[i].time <== market.time;
        position[i].indexE4 <== market.indexE4;
        position[i].perpetualMarkE4 <== market.perpetualMarkE4;
        position[i].sliceWord <== sliceWord;
        position[i].tenorTauSeconds <== terms.tenorTauSeconds;
        position[i].tenorVolUpQ10 <== terms.tenorVolUpQ10;
        position[i].tenorVolDownQ10 <== terms.tenorVolDownQ10;
        position[i].tenorSkewCapQ10 <== terms.tenorSkewCapQ10;
        position[i].tenorSkewSlopeQ10 <== terms.tenorSkewSlopeQ10;
        position[i].tenorRollLogQ10 <== terms.tenorRollLogQ10;
        position[i].floorVarianceRateQ64 <== terms.floorVarianceRateQ64;
        position[i].logMoveQ10 <== terms.logMoveQ10;
        scan.markTerm[i] <== position[i].markTerm;
        scan.spotTerm[i] <== position[i].spotTerm;
        scan.strikeTerm[i] <== position[i].strikeTerm;
        requirements.isSettled[i] <== position[i].isSettled;
        requirements.isListed[i] <== position[i].isListed;
        requirements.sliceConfidenceQ10[i] <== position[i].confidenceQ10;
        requirements.forwardE4[i] <== position[i].forwardE4;
        requirements.deltaQ128[i] <== position[i].deltaQ128;
    }

    // 4. Collateral after haircuts, and the scan over the grid.
    component collateral = Collateral();
    collateral.balanceE8 <== balanceE8;
    collateral.collateralPriceE4 <== market.collateralPriceE4;
    collateral.redemptionRateQ30 <== market.redemptionRateQ30;
    collateral.indexE4 <== market.indexE4;
    collateral.assetWord <== assetWord;
    scan.multiplierQ24 <== terms.multiplierQ24;
    scan.dampingQ16 <== terms.dampingQ16;
    scan.assetUnderlying <== collateral.assetUnderlying;
    scan.haircutValueE6 <== collateral.haircutValueE6;
    worstScenario <== scan.worstScenario;
    haircutE6 <== collateral.haircutE6;

    // 5. Equity; |Σ lots · mark| < 2^6 · 2^26 · 2^169 = 2^201.
    component markValue = FloorShift(202, 128);
    markValue.in <== scan.markSumE6Q128 + 2 ** 201;
    equityE6 <== quoteE6 + collateral.haircutValueE6[0] + collateral.haircutValueE6[1]
        + collateral.haircutValueE6[2] + markValue.out - 2 ** 73;

    // 6. Margins.
    requirements.underlying <== underlying;
    requirements.expiry <== expiry;
    requirements.strikeE4 <== strikeE4;
    requirements.lots <== lots;
    requirements.isNegative <== isNegative;
    requirements.isPerpetual <== isPerpetual;
    requirements.isFuture <== isFuture;
    requirements.isCall <== isCall;
    requirements.isPut <== isPut;
    requirements.time <== market.time;
    requirements.indexTime <== market.indexTime;
    requirements.indexE4 <== market.indexE4;
    requirements.perpetualMarkE4 <== market.perpetualMarkE4;
    requirements.depthQuote <== market.depthQuote;
    requirements.confidenceQ10 <== market.confidenceQ10;
    requirements.haircutValueE6 <== collateral.haircutValueE6;
    requirements.imExtraBps <== collateral.imExtraBps;
    requirements.scanQ16 <== scan.scanQ16;
    requirements.generalWord <== generalWord;
    requirements.concentrationWord <== concentrationWord;
    maintenanceMarginE6 <== requirements.maintenanceMarginE6;
    initialMarginE6 <== requirements.initialMarginE6;
    cureBufferBps <== requirements.cureBufferBps;
}
