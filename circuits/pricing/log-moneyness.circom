// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title LogMoneyness
 * @notice k = ln(K/F) from two unfloored logarithms with one floor, and what else its bits give.
 * @input lnStrikeQ72, lnForwardQ72 of LogarithmQ72
 * @output kQ30 ⌊(lnStrikeQ72 − lnForwardQ72) / 2^42⌋, |kQ30| < 28·2^30
 * @output xQ20 coarse ln(F/K) = −⌊kQ30 / 2^10⌋
 * @output kQ16 ⌊kQ30 / 2^14⌋
 * @output kQ10 ⌊kQ30 / 2^20⌋, in [−2^15, 2^15)
 * @output negative 1 exactly when kQ30 < 0
 * Assumes both inputs come from LogarithmQ72. Guarantees the floors: one decomposition of 78 bits,
 * unique because 2^78 < p.
 * Cost: 78 constraints.
 */
template LogMoneyness() {
    signal input lnStrikeQ72;
    signal input lnForwardQ72;
    signal output kQ30;
    signal output xQ20;
    signal output kQ16;
    signal output kQ10;
    signal output {binary} negative;

    // |ln K − ln F| < 28·2^72 < 2^77, so the offset makes every difference non-negative.
    component bits = Num2Bits(78);
    bits.in <== lnStrikeQ72 - lnForwardQ72 + 2 ** 77;

    var floored[4] = [-(2 ** 35), -(2 ** 25), -(2 ** 21), -(2 ** 15)];
    var shift[4] = [42, 52, 56, 62];
    for (var output_ = 0; output_ < 4; output_++) {
        for (var i = shift[output_]; i < 78; i++) {
            floored[output_] += bits.out[i] * (1 << (i - shift[output_]));
        }
    }
    for (var i = 0; i < 42; i++) {
        _ <== bits.out[i];
    }
    kQ30 <== floored[0];
    xQ20 <== -floored[1];
    kQ16 <== floored[2];
    kQ10 <== floored[3];
    negative <== 1 - bits.out[77];
}
