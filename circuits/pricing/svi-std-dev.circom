// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/sqrt-floor.circom";

/**
 * @title SviStdDev
 * @notice Total standard deviation of a raw SVI slice (Gatheral 2004): the root of
 * V = a + c·y + b·√(y² + σ²), y = k − m, where c = b·ρ; 0 where the variance is not positive.
 * @input kQ30 clamped log-moneyness, in [−2^33, 2^33)
 * @input aQ44 signed 48 bits, bQ30 32 bits, cQ30 signed 33 bits, mQ24 signed 28 bits, sigmaQ24 27 bits
 * @output stdDevQ32 below 1.5·2^35
 * Assumes the widths of its inputs: then |y| ≤ 2^34, the inner root is below 1.12·2^34 and |V| below
 * 2.25·2^70. Guarantees V > 0 ? isqrt(V) : 0 for every slice of those widths, no-arbitrage or not.
 * @free negative
 * @assumes kQ30 in [0 - 2 ** 33, 2 ** 33)
 * @assumes aQ44 in [0 - 2 ** 47, 2 ** 47)
 * @assumes bQ30 in [0, 2 ** 32)
 * @assumes cQ30 in [0 - 2 ** 32, 2 ** 32)
 * @assumes mQ24 in [0 - 2 ** 27, 2 ** 27)
 * @assumes sigmaQ24 in [0, 2 ** 27)
 * Cost: 155 constraints.
 */
template SviStdDev() {
    signal input kQ30;
    signal input aQ44;
    signal input bQ30;
    signal input cQ30;
    signal input mQ24;
    signal input sigmaQ24;
    signal output stdDevQ32;

    // 1. √(y² + σ²).
    signal yQ30 <== kQ30 - mQ24 * 2 ** 6;
    signal ySquaredQ60 <== yQ30 * yQ30;
    component root = SqrtFloor(35);
    root.in <== ySquaredQ60 + sigmaQ24 * sigmaQ24 * 2 ** 12;

    // 2. Total variance.
    signal slopeTermQ60 <== cQ30 * yQ30;
    signal rootTermQ60 <== bQ30 * root.root;
    signal varianceQ64 <== aQ44 * 2 ** 20 + (slopeTermQ60 + rootTermQ60) * 2 ** 4;

    // 3. The root of |V|, kept when V is positive.
    // Unique: SqrtFloor has a solution for only one sign of V, and for V = 0 both give the root 0.
    signal negative <-- varianceQ64 < 0 ? 1 : 0;
    negative * (negative - 1) === 0;
    signal absoluteQ64 <== varianceQ64 - 2 * negative * varianceQ64;
    component absoluteRoot = SqrtFloor(36);
    absoluteRoot.in <== absoluteQ64;
    stdDevQ32 <== (1 - negative) * absoluteRoot.root;
}
