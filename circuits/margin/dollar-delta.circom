// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/signed-fold.circom";

/**
 * @title DollarDelta
 * @notice ⌈|Σ lots · delta| · index / 2^128⌉ of one underlying, in E6 USD (docs/spec.md §5).
 * @input lotsDeltaQ128 Σ lots · delta, |·| < 2^161
 * @input indexE4 at most 2^37
 * @output dollarDeltaE6 below 2^71
 * Assumes the ranges. Guarantees the amount, exactly: the fold has one sign for every number, zero
 * included, so the ceiling cannot be understated by taking a small amount for one of the other sign.
 * Cost: 204 constraints.
 */
template DollarDelta() {
    signal input lotsDeltaQ128;
    signal input indexE4;
    signal output dollarDeltaE6;

    // 1. amount = Σ · index; magnitude = amount ≥ 0 ? amount : |amount| − 1.
    component fold = SignedFold(198);
    fold.in <== lotsDeltaQ128 * indexE4;
    _ <== fold.magnitude;

    // 2. Ceiling of |amount| = magnitude + negative: one more than ⌊magnitude / 2^128⌋, unless the
    // amount is non-negative and a whole multiple of 2^128.
    var low = 0;
    for (var i = 0; i < 128; i++) {
        low += fold.bit[i] * (1 << i);
    }
    var high = 0;
    for (var i = 128; i < 198; i++) {
        high += fold.bit[i] * (1 << (i - 128));
    }
    signal isWhole <== IsZero()(low);
    signal isExact <== isWhole * (1 - fold.negative);
    dollarDeltaE6 <== high + 1 - isExact;
}
