// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "arithmetic/max-zero.circom";
include "arithmetic/one-hot.circom";
include "arithmetic/range.circom";

/** Twelve days; a longer silence counts as this. */
function MAX_ELAPSED() { return (1 << 20) - 1; }

/**
 * @title Elapsed
 * @notice Seconds since the last step, at most MAX_ELAPSED, and their four digits of base 32.
 * @input time, previousTime 32 bits
 * @output elapsed 1 … 2^20 − 1
 * @output digit[4][32] one-hot, the least significant digit first
 * Assumes both times in 32 bits. Guarantees time > previousTime; else there is no witness.
 * Cost: 189 constraints.
 */
template Elapsed() {
    signal input time;
    signal input previousTime;
    signal output {maxbit} elapsed;
    signal output digit[4][32];
    elapsed.maxbit = 20;

    signal since <== time - previousTime;
    _ <== Range(32)(since - 1);
    component beyond = MaxZero(32);
    beyond.in <== since - MAX_ELAPSED();
    _ <== beyond.negative;
    elapsed <== since - beyond.out;

    component bits = Num2Bits(20);
    bits.in <== elapsed;
    component leaves[4];
    for (var k = 0; k < 4; k++) {
        leaves[k] = OneHot(5);
        for (var i = 0; i < 5; i++) {
            leaves[k].bit[i] <== bits.out[5 * k + i];
        }
        digit[k] <== leaves[k].leaf;
    }
}
