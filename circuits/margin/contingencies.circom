// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "margin/contingency-bases.circom";
include "margin/contingency-charge.circom";

/**
 * @title Contingencies
 * @notice The maintenance contingencies (docs/spec.md §5) before the division.
 * @param COUNT number of positions, at most 64
 * @input the inputs of ContingencyBases
 * @input shortOptionBps, perpetualBps, futureBps, marginalBps[4] 16 bits each
 * @output totalBpsQ10 in E6 · bps · 2^10, below 2^100
 * Assumes the ranges of ContingencyBases. Guarantees the total, exactly.
 * Cost: 11 · COUNT + 757 constraints and UncoveredOptions.
 */
template Contingencies(COUNT) {
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
    signal input forwardE4[COUNT];
    signal input deltaQ128[COUNT];
    signal input {maxbit} indexE4[2];
    signal input {maxbit} perpetualMarkE4[2];
    signal input {maxbit} depthQuote[2];
    signal input {maxbit} shortOptionBps;
    signal input {maxbit} perpetualBps;
    signal input {maxbit} futureBps;
    signal input {maxbit} bandsQ10[3];
    signal input {maxbit} marginalBps[4];
    signal output totalBpsQ10;

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
    bases.bandsQ10 <== bandsQ10;
    for (var i = 0; i < COUNT; i++) {
        // Confidence is charged in the initial margin only.
        _ <== bases.chargedLots[i];
    }

    component charge = ContingencyCharge();
    charge.shortOptionE6 <== bases.shortOptionE6;
    charge.perpetualE6 <== bases.perpetualE6;
    charge.futureE6 <== bases.futureE6;
    charge.dollarDeltaE6 <== bases.dollarDeltaE6;
    charge.threshold <== bases.threshold;
    charge.above <== bases.above;
    charge.shortOptionBps <== shortOptionBps;
    charge.perpetualBps <== perpetualBps;
    charge.futureBps <== futureBps;
    charge.marginalBps <== marginalBps;
    totalBpsQ10 <== charge.totalBpsQ10;
}
