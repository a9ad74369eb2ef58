// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "margin/bands.circom";
include "margin/dollar-delta.circom";
include "margin/position-terms.circom";
include "margin/route.circom";
include "margin/uncovered-options.circom";

/**
 * @title ContingencyBases
 * @notice What the contingencies charge for (docs/spec.md §5), whatever the rates: notionals, dollar
 * deltas and the bands of depth that these have reached.
 * @param COUNT number of positions, at most 64
 * @input underlying, expiry, strikeE4, lots, isNegative, isPerpetual, isFuture, isCall, isPut, isSettled
 * [COUNT], slots in their order
 * @input forwardE4[COUNT] at most 2^39
 * @input deltaQ128[COUNT] at most 2^128 up to the polynomials' error
 * @input indexE4[2], perpetualMarkE4[2], depthQuote[2] of the snapshot
 * @input bandsQ10[3] 16 bits
 * @output shortOptionE6, perpetualE6, futureE6 notionals, below 2^72; of options what is uncovered
 * @output dollarDeltaE6[2] below 2^71
 * @output threshold[2][3], above[2][3] where the bands of 2^4 · dollarDelta begin, and which are reached
 * @output chargedLots[COUNT] |lots| of what is not settled and no long option, else 0
 * Assumes the ranges: lots sums are below 2^32, notionals below 2^32 · 2^40, dollar deltas below 2^71.
 * Guarantees the amounts, exactly. Cost: 11 · COUNT + 740 constraints and UncoveredOptions.
 */
template ContingencyBases(COUNT) {
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
    signal input {maxbit} bandsQ10[3];
    signal output shortOptionE6;
    signal output perpetualE6;
    signal output futureE6;
    signal output dollarDeltaE6[2];
    signal output threshold[2][3];
    signal output above[2][3];
    signal output chargedLots[COUNT];
    assert(indexE4.maxbit <= 38 && perpetualMarkE4.maxbit <= 40 && depthQuote.maxbit <= 40);
    assert(bandsQ10.maxbit <= 16);

    // 1. Sums of lots.
    component terms[COUNT];
    component uncovered = UncoveredOptions(COUNT);
    component shortOptionLots = Route(COUNT);
    component perpetualLots = Route(COUNT);
    component lotsDelta = Route(COUNT);
    shortOptionLots.underlying <== underlying;
    uncovered.underlying <== underlying;
    uncovered.expiry <== expiry;
    uncovered.strikeE4 <== strikeE4;
    uncovered.lots <== lots;
    uncovered.isPerpetual <== isPerpetual;
    uncovered.isFuture <== isFuture;
    uncovered.isCall <== isCall;
    uncovered.isPut <== isPut;
    perpetualLots.underlying <== underlying;
    lotsDelta.underlying <== underlying;
    var future = 0;
    for (var i = 0; i < COUNT; i++) {
        terms[i] = PositionTerms();
        terms[i].lots <== lots[i];
        terms[i].isNegative <== isNegative[i];
        terms[i].isPerpetual <== isPerpetual[i];
        terms[i].isFuture <== isFuture[i];
        terms[i].isOption <== isCall[i] + isPut[i];
        terms[i].isSettled <== isSettled[i];
        terms[i].forwardE4 <== forwardE4[i];
        uncovered.isOpenOption[i] <== terms[i].isOpenOption;
        perpetualLots.amount[i] <== terms[i].perpetualLots;
        lotsDelta.amount[i] <== lots[i] * deltaQ128[i];
        future += terms[i].futureNotionalE6;
        chargedLots[i] <== terms[i].shortOptionLots + terms[i].perpetualLots + terms[i].futureLots;
    }

    shortOptionLots.amount <== uncovered.uncoveredLots;

    // 2. Notionals, E6.
    signal shortOption[2];
    signal perpetual[2];
    for (var u = 0; u < 2; u++) {
        shortOption[u] <== indexE4[u] * shortOptionLots.total[u];
        perpetual[u] <== perpetualMarkE4[u] * perpetualLots.total[u];
    }
    shortOptionE6 <== shortOption[0] + shortOption[1];
    perpetualE6 <== perpetual[0] + perpetual[1];
    futureE6 <== future;

    // 3. Concentration is marginal in dollar delta; bands are multiples (Q10) of the depth in whole USD.
    // 2^10 · dollarDelta and band · depth · 10^6 are both multiples of 2^6, which is left out: then the
    // amount is below 2^75 and a threshold below 2^16 · 2^40 · 15,625 < 2^70.
    component dollarDelta[2];
    component bands[2];
    signal band[2][3];
    for (var u = 0; u < 2; u++) {
        dollarDelta[u] = DollarDelta();
        dollarDelta[u].lotsDeltaQ128 <== lotsDelta.total[u];
        dollarDelta[u].indexE4 <== indexE4[u];
        dollarDeltaE6[u] <== dollarDelta[u].dollarDeltaE6;

        bands[u] = Bands(75);
        bands[u].amount <== dollarDeltaE6[u] * 2 ** 4;
        for (var j = 0; j < 3; j++) {
            band[u][j] <== bandsQ10[j] * depthQuote[u];
            threshold[u][j] <== band[u][j] * (10 ** 6 / 2 ** 6);
        }
        bands[u].threshold <== threshold[u];
        above[u] <== bands[u].above;
    }
}
