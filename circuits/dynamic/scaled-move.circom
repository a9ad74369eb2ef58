// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "arithmetic/shift.circom";
include "arithmetic/signed-fold.circom";
include "dynamic/exponential.circom";

/**
 * @title ScaledMove
 * @notice A scenario's move under a multiplier: round(|g|·λ) with the sign of g, at most 2047.
 * @input logMoveQ10 g, signed 12 bits
 * @input multiplierQ20 λ, below 2^23
 * @output scaledQ10 signed, at most 2047 in size
 * @output multiplierQ24 round(2^24·e^(scaledQ10/1024))
 * Assumes these widths. Guarantees the values of the specification. Cost: 277 constraints.
 */
template ScaledMove() {
    signal input logMoveQ10;
    signal input multiplierQ20;
    signal output scaledQ10;
    signal output {maxbit} multiplierQ24;
    multiplierQ24.maxbit = 27;

    component folded = SignedFold(11);
    folded.in <== logMoveQ10;
    for (var i = 0; i < 11; i++) {
        _ <== folded.bit[i];
    }
    signal size <== FloorShift(35, 20)((folded.magnitude + folded.negative) * multiplierQ20 + 2 ** 19);
    component beyond = MaxZero(15);
    beyond.in <== size - 2047;
    _ <== beyond.negative;
    scaledQ10 <== (size - beyond.out) * (1 - 2 * folded.negative);
    multiplierQ24 <== LogMoveMultiplier()(scaledQ10);
}

/**
 * @title ScaledDamping
 * @notice A tail's weight under a multiplier: round(d·λ), at most 1.
 * @input dampingQ16 17 bits
 * @input multiplierQ20 below 2^23
 * @output scaledQ16 at most 2^16
 * Assumes these widths. Guarantees the value of the specification. Cost: 65 constraints.
 */
template ScaledDamping() {
    signal input dampingQ16;
    signal input multiplierQ20;
    signal output scaledQ16;

    signal scaled <== FloorShift(41, 20)(dampingQ16 * multiplierQ20 + 2 ** 19);
    component beyond = MaxZero(21);
    beyond.in <== scaled - 2 ** 16;
    _ <== beyond.negative;
    scaledQ16 <== scaled - beyond.out;
}
