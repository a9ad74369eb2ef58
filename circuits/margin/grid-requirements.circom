// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "margin/contingency-bases.circom";
include "margin/contingency-charge.circom";
include "margin/initial-contingencies.circom";
include "margin/margin-terms.circom";
include "margin/total-requirement.circom";

/**
 * @title GridRequirements
 * @notice Maintenance and initial margin from the scan over the grid and the contingencies
 * (docs/spec.md §5).
 * @param COUNT number of positions, at most 64
 * @input the positions as in ContingencyBases; isListed, sliceConfidenceQ10 [COUNT] of PositionSlice
 * @input time, indexTime, indexE4[2], perpetualMarkE4[2], depthQuote[2], confidenceQ10[2] of the snapshot
 * @input haircutValueE6[3], imExtraBps[3] of Collateral
 * @input scanQ16[2] below 2^99
 * @input generalWord, concentrationWord G and K
 * @output maintenanceMarginE6, initialMarginE6 below 2^96
 * @output cureBufferBps 16 bits
 * Assumes the ranges. Guarantees both margins, exactly. Cost: 28 · COUNT + 2,123 constraints and
 * UncoveredOptions.
 */
template GridRequirements(COUNT) {
    signal input underlying[COUNT];
    signal input expiry[COUNT];
    signal input strikeE4[COUNT];
    signal input lots[COUNT];
    signal input {binary} isNegative[COUNT];
    signal input {binary} isPerpetual[COUNT];
    signal input {binary} isFuture[COUNT];
    signal input {binary} isCall[COUNT];
    signal input {binary} isPut[COUNT];
    signal input isSettled[COUNT];
    signal input isListed[COUNT];
    signal input sliceConfidenceQ10[COUNT];
    signal input forwardE4[COUNT];
    signal input deltaQ128[COUNT];
    signal input {maxbit} time;
    signal input {maxbit} indexTime;
    signal input {maxbit} indexE4[2];
    signal input {maxbit} perpetualMarkE4[2];
    signal input {maxbit} depthQuote[2];
    signal input {maxbit} confidenceQ10[2];
    signal input {maxbit} haircutValueE6[3];
    signal input {maxbit} imExtraBps[3];
    signal input {maxbit} scanQ16[2];
    signal input generalWord;
    signal input concentrationWord;
    signal output {maxbit} maintenanceMarginE6;
    signal output {maxbit} initialMarginE6;
    signal output {maxbit} cureBufferBps;
    assert(scanQ16.maxbit <= 99);
    maintenanceMarginE6.maxbit = 96;
    initialMarginE6.maxbit = 96;
    cureBufferBps.maxbit = 16;

    component terms = MarginTerms();
    terms.generalWord <== generalWord;
    terms.concentrationWord <== concentrationWord;
    cureBufferBps <== terms.cureBufferBps;

    // 1. What is charged for.
    component bases = ContingencyBases(COUNT);
    bases.underlying <== underlying;
    bases.expiry <== expiry;
    bases.strikeE4 <== strikeE4;
    bases.lots <== lots;
    bases.isNegative <== isNegative;
    bases.isPerpetual <== isPerpetual;
    bases.isFuture <== isFuture;
    bases.isCall <== isCall;
    bases.isPut <== isPut;
    bases.isSettled <== isSettled;
    bases.forwardE4 <== forwardE4;
    bases.deltaQ128 <== deltaQ128;
    bases.indexE4 <== indexE4;
    bases.perpetualMarkE4 <== perpetualMarkE4;
    bases.depthQuote <== depthQuote;
    bases.bandsQ10 <== terms.bandsQ10;

    // 2. What the initial margin charges further.
    component initial = InitialContingencies(COUNT);
    initial.underlying <== underlying;
    initial.chargedLots <== bases.chargedLots;
    initial.isListed <== isListed;
    initial.sliceConfidenceQ10 <== sliceConfidenceQ10;
    initial.indexE4 <== indexE4;
    initial.confidenceQ10 <== confidenceQ10;
    initial.time <== time;
    initial.indexTime <== indexTime;
    initial.dollarDeltaE6 <== bases.dollarDeltaE6;
    initial.haircutValueE6 <== haircutValueE6;
    initial.imExtraBps <== imExtraBps;
    initial.confidenceBps <== terms.confidenceBps;
    initial.confidenceThresholdQ10 <== terms.confidenceThresholdQ10;
    initial.latencyBpsPerSecondX10 <== terms.latencyBpsPerSecondX10;
    initial.latencyMaxBps <== terms.latencyMaxBps;

    // 3. Both margins, each at its own rates.
    signal {maxbit} totalScanQ16;
    totalScanQ16.maxbit = 100;
    totalScanQ16 <== scanQ16[0] + scanQ16[1];
    component charge[2];
    component total[2];
    for (var m = 0; m < 2; m++) {
        charge[m] = ContingencyCharge();
        charge[m].shortOptionE6 <== bases.shortOptionE6;
        charge[m].perpetualE6 <== bases.perpetualE6;
        charge[m].futureE6 <== bases.futureE6;
        charge[m].dollarDeltaE6 <== bases.dollarDeltaE6;
        charge[m].threshold <== bases.threshold;
        charge[m].above <== bases.above;
        charge[m].shortOptionBps <== terms.shortOptionBps[m];
        charge[m].perpetualBps <== terms.perpetualBps[m];
        charge[m].futureBps <== terms.futureBps[m];
        charge[m].marginalBps <== terms.marginalBps[m];

        total[m] = TotalRequirement();
        total[m].scanQ16 <== totalScanQ16;
        total[m].factorBps <== terms.factorBps[m];
        total[m].contingenciesBpsQ10 <== charge[m].totalBpsQ10;
        total[m].furtherE6 <== m * initial.totalE6;
    }
    maintenanceMarginE6 <== total[0].requirementE6;
    initialMarginE6 <== total[1].requirementE6;
}
