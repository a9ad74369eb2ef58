// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";
include "arithmetic/sqrt-floor.circom";

/**
 * @title ShockedStdDev
 * @notice Standard deviation in a scenario, not below the vol floor σ_floor·√τ.
 * @input stdDevQ32 below 1.5·2^35
 * @input factorQ10 1 … 5,119
 * @input floorVarianceRateQ64 variance per second of the vol floor, below 2^45; 0 for no floor
 * @input positiveTau seconds, 32 bits
 * @output shockedQ32 max(⌊stdDev·factor / 2^10⌋, isqrt(rate·τ)), below 2^38.4
 * Assumes the widths of its inputs. Guarantees the value; the specification's Z (Q42) is wanted only
 * rounded to Q32, and taking the floor before the maximum gives the same.
 * @assumes stdDevQ32 in [0, 3 * 2 ** 34)
 * @assumes factorQ10 in [1, 5120)
 * @assumes floorVarianceRateQ64 in [0, 2 ** 45)
 * @assumes positiveTau in [0, 2 ** 32)
 * Cost: 134 constraints.
 */
template ShockedStdDev() {
    signal input stdDevQ32;
    signal input factorQ10;
    signal input floorVarianceRateQ64;
    signal input positiveTau;
    signal output shockedQ32;

    signal floorVarianceQ64 <== floorVarianceRateQ64 * positiveTau;
    component volFloor = SqrtFloor(39);
    volFloor.in <== floorVarianceQ64;

    // Unique: low in [0, 2^10) and |floor − volFloor| ≤ 2^39 make floor·2^10 + low an equation of
    // integers.
    signal productQ42 <== stdDevQ32 * factorQ10;
    signal low <-- productQ42 % 2 ** 10;
    component lowRange = Range(10);
    lowRange.in <== low;
    _ <== lowRange.out;
    signal flooredQ32 <== (productQ42 - low) * (1 / 2 ** 10);
    component excess = MaxZero(39);
    excess.in <== flooredQ32 - volFloor.root;
    _ <== excess.negative;
    shockedQ32 <== volFloor.root + excess.out;
}
