// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/select.circom";

/**
 * @title ClampedLogMoneyness
 * @notice Keeps k within the range the surface was fitted on. The comparison is at Q10, where the
 * range is given, so 16 bits decide it.
 * @input kQ30, kQ16, kQ10 of LogMoneyness
 * @input kMinQ10, kMaxQ10 signed, 14 bits
 * @output clampedKQ30 in [−2^33, 2^33)
 * @output clampedKQ16 ⌊clampedKQ30 / 2^14⌋
 * Assumes the widths of its inputs. Guarantees kMin when ⌊k⌋ < kMin, else kMax when ⌊k⌋ ≥ kMax, else
 * k: in this order, also for a range that is empty (the zero words of expired slices).
 * Cost: 38 constraints.
 */
template ClampedLogMoneyness() {
    signal input kQ30;
    signal input kQ16;
    signal input kQ10;
    signal input kMinQ10;
    signal input kMaxQ10;
    signal output clampedKQ30;
    signal output clampedKQ16;

    // The offset makes the signed sides 16-bit numbers, which is what the comparator needs.
    signal below <== LessThan(16)([kQ10 + 2 ** 15, kMinQ10 + 2 ** 15]);
    signal within <== LessThan(16)([kQ10 + 2 ** 15, kMaxQ10 + 2 ** 15]);

    signal cappedQ30 <== Select()(within, kMaxQ10 * 2 ** 20, kQ30);
    signal cappedQ16 <== Select()(within, kMaxQ10 * 2 ** 6, kQ16);
    clampedKQ30 <== Select()(below, cappedQ30, kMinQ10 * 2 ** 20);
    clampedKQ16 <== Select()(below, cappedQ16, kMinQ10 * 2 ** 6);
}
