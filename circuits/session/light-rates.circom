// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "arithmetic/select.circom";
include "arithmetic/shift.circom";
include "session/lanes.circom";

/**
 * @title LightRates
 * @notice What a lot loses at most in any scenario, damped in disclosed tails alone, its rounding included, and what it takes of
 * the first concentration band (docs/spec.md §10.4): the numbers of an account's gross bound.
 * @input occupied 0 for the empty row, whose rates may all be 0
 * @input underlying, isPut of Slot; isMoved of RowCharges
 * @input markE4, markUnits, tailUnits[4], dollarDeltaE4 of RowArray
 * @input dampingQ16[2][32] of ScenarioGrid; largestLossQ24[2] 32 bits
 * @input bandEdgeE6[2] where the first band begins, below 2^66
 * @input shortRate, bandShareQ40 the prover's: bounded from below
 * @output longRate least bound of a long lot, 32 bits
 * @output absoluteDeltaE4 |dollar delta|
 * @output rowsWord longRate (32) | shortRate (32) | bandShareQ40 (80)
 * Assumes the caller commits rowsWord before a challenge. Guarantees that the three bounds hold, and
 * that they are the only ones under rowsWord; a share or a rate needlessly large has no witness beyond
 * 2^32 units or a whole band.
 * Cost: 454 constraints.
 */
template LightRates() {
    signal input occupied;
    signal input underlying;
    signal input {binary} isPut;
    signal input isMoved;
    signal input markE4;
    signal input markUnits;
    signal input tailUnits[4];
    signal input dollarDeltaE4;
    signal input dampingQ16[2][32];
    signal input largestLossQ24[2];
    signal input bandEdgeE6[2];
    signal input shortRate;
    signal input bandShareQ40;
    signal output {maxbit} longRate;
    signal output absoluteDeltaE4;
    signal output rowsWord;
    longRate.maxbit = 32;

    // 1. Long: what is moved loses the largest share of its price and a unit of each floor; an option,
    // or what is settled, at most itself and the unit.
    signal largest <== Select()(underlying, largestLossQ24[0], largestLossQ24[1]);
    signal share <== markE4 * largest;
    signal whole <== (markE4 + occupied) * (1 << 24);
    signal boundQ24 <== Select()(isMoved, whole, share + (2 << 24));
    component ceiling = CeilShift(32, 24 + LIGHT_RATE_SHIFT());
    ceiling.in <== boundQ24;
    longRate <== ceiling.out;

    // 2. Short: after covered scenarios RowArray has the bound; after the others, damped, V − A + 1 is below
    // 2^12 · (⌊V/2^12⌋ + 1 − ⌊A/2^12⌋) + 1.
    component shortRange = Range(32);
    shortRange.in <== shortRate;
    _ <== shortRange.out;
    component room[4];
    signal damping[4];
    signal damped[4];
    for (var id = 1; id <= 32; id++) {
        if (isDisclosedScenario(id) == 1) {
            var d = disclosedPlace(id);
            damping[d] <== Select()(underlying, dampingQ16[0][id - 1], dampingQ16[1][id - 1]);
            damped[d] <== damping[d] * (tailUnits[d] + occupied - markUnits);
            room[d] = Range(48);
            room[d].in <== shortRate * (1 << 16) - damped[d];
            _ <== room[d].out;
        } else {
            for (var u = 0; u < 2; u++) {
                _ <== dampingQ16[u][id - 1];
            }
        }
    }

    // 3. Band: the delta of a put is never above 0, that of all others never below. Widths: the share is
    // below 2^80, the edge below 2^67, so nothing wraps; the share of a whole band and its smallest
    // multiple differ by less than the band.
    absoluteDeltaE4 <== dollarDeltaE4 - 2 * isPut * dollarDeltaE4;
    component shareRange = Range(80);
    shareRange.in <== bandShareQ40;
    _ <== shareRange.out;
    signal edge <== Select()(underlying, bandEdgeE6[0], bandEdgeE6[1]);
    component bandRoom = Range(67);
    bandRoom.in <== bandShareQ40 * (edge + 1) - (absoluteDeltaE4 + 2 * occupied) * (1 << 40);
    _ <== bandRoom.out;

    rowsWord <== longRate + shortRate * (1 << 32) + bandShareQ40 * (1 << 64);
}
