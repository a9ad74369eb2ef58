// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/select.circom";
include "arithmetic/shift.circom";
include "ledger/scenario-layout.circom";
include "margin/position-over-grid.circom";
include "session/bounded-floor.circom";
include "session/lanes.circom";
include "session/whole-units.circom";

/**
 * @title RowArray
 * @notice The risk array of one instrument (docs/array-margin.md): its mark and its values in all 32
 * scenarios, each floored to whole E4, and its dollar delta.
 * @input underlying, expiry, strikeE4, isPerpetual, isFuture, isCall, isPut of Slot; an empty slot's
 * make every number 0
 * @input the market and the grid, as PositionOverGrid takes them; multiplierQ24[2][32] of ScenarioGrid
 * @input shortRate what a short lot loses at most, in units of light rates, 32 bits
 * @output markE4, valueE4[32] below 2^40 and 2^45
 * @output markUnits, tailUnits[4] mark and disclosed tails in units of light rates, below 2^28
 * @output dollarDeltaE4 signed, |·| ≤ 2^37
 * @output isSettled flag
 * Assumes a canonical slot and words bound by the caller. Guarantees the numbers of the definition, and
 * that after no covered scenario a lot is worth more than its mark and the short rate, a unit of rounding
 * included; a mark or a value of 2^40 (110 million USD) has no witness. Cost: 12,075 constraints.
 */
template RowArray() {
    signal input underlying;
    signal input expiry;
    signal input strikeE4;
    signal input {binary} isPerpetual;
    signal input {binary} isFuture;
    signal input {binary} isCall;
    signal input {binary} isPut;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input sliceWord[2][24];
    signal input tenorTauSeconds[14];
    signal input tenorVolUpQ10[14];
    signal input tenorVolDownQ10[14];
    signal input tenorSkewCapQ10[14];
    signal input tenorSkewSlopeQ10[14];
    signal input tenorRollLogQ10[14];
    signal input floorVarianceRateQ64[2];
    signal input multiplierQ24[2][32];
    signal input logMoveQ10[2][32];
    signal input shortRate;
    signal output markE4;
    signal output markUnits;
    signal output valueE4[32];
    signal output tailUnits[4];
    signal output dollarDeltaE4;
    signal output isSettled;

    // 1. One lot of the instrument, or none of an empty slot, whose own values mean nothing.
    signal occupied <== isPerpetual + isFuture + isCall + isPut;
    component lot = PositionOverGrid();
    lot.underlying <== underlying;
    lot.expiry <== expiry;
    lot.strikeE4 <== strikeE4;
    lot.lots <== occupied;
    lot.isPerpetual <== isPerpetual;
    lot.isFuture <== isFuture;
    lot.isCall <== isCall;
    lot.isPut <== isPut;
    lot.time <== time;
    lot.indexE4 <== indexE4;
    lot.perpetualMarkE4 <== perpetualMarkE4;
    lot.sliceWord <== sliceWord;
    lot.tenorTauSeconds <== tenorTauSeconds;
    lot.tenorVolUpQ10 <== tenorVolUpQ10;
    lot.tenorVolDownQ10 <== tenorVolDownQ10;
    lot.tenorSkewCapQ10 <== tenorSkewCapQ10;
    lot.tenorSkewSlopeQ10 <== tenorSkewSlopeQ10;
    lot.tenorRollLogQ10 <== tenorRollLogQ10;
    lot.floorVarianceRateQ64 <== floorVarianceRateQ64;
    lot.logMoveQ10 <== logMoveQ10;
    isSettled <== lot.isSettled;
    _ <== lot.isListed;
    _ <== lot.confidenceQ10;
    _ <== lot.forwardE4;

    // 2. Mark and values in whole units.
    component mark = WholeUnits(128);
    mark.in <== lot.markTerm[0] + lot.markTerm[1];
    markE4 <== mark.valueE4;
    markUnits <== mark.units;
    signal moved[2][32];
    component value[32];
    component tail[4];
    signal boundE4 <== markE4 + shortRate * (1 << LIGHT_RATE_SHIFT()) - occupied;
    for (var i = 0; i < 32; i++) {
        for (var u = 0; u < 2; u++) {
            // Where the index stands, the terms hold the whole value and the multiplier is not read.
            if (isMovedScenario(i + 1) == 1) {
                moved[u][i] <== multiplierQ24[u][i] * lot.spotTerm[u][i];
            } else {
                _ <== multiplierQ24[u][i];
                _ <== lot.spotTerm[u][i];
                moved[u][i] <== 0;
            }
        }
        var whole = moved[0][i] + moved[1][i] - lot.strikeTerm[0][i] - lot.strikeTerm[1][i];
        if (isDisclosedScenario(i + 1) == 1) {
            tail[disclosedPlace(i + 1)] = WholeUnits(152);
            tail[disclosedPlace(i + 1)].in <== whole;
            valueE4[i] <== tail[disclosedPlace(i + 1)].valueE4;
            tailUnits[disclosedPlace(i + 1)] <== tail[disclosedPlace(i + 1)].units;
        } else {
            value[i] = BoundedFloor(152);
            value[i].in <== whole;
            value[i].boundE4 <== boundE4;
            valueE4[i] <== value[i].valueE4;
        }
    }

    // 3. Dollar delta: |delta| ≤ 2^128 and the index at most 2^37, so the sum below is within 167 bits.
    signal delta <== occupied * lot.deltaQ128;
    signal index <== Select()(underlying, indexE4[0], indexE4[1]);
    component dollars = FloorShift(167, 128);
    dollars.in <== delta * index + (1 << 165);
    dollarDeltaE4 <== dollars.out - (1 << 37);
}
