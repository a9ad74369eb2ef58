// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/clamped-log-moneyness.circom";
include "pricing/log-moneyness.circom";
include "pricing/logarithm-q72.circom";
include "pricing/svi-std-dev.circom";

/**
 * @title OptionSurface
 * @notice Where a strike stands on its slice: log-moneyness and total standard deviation.
 * @input forwardE4, strikeE4 1 … 2^40 − 1, tagged
 * @input hasSurface 1 when the slice is listed and live
 * @input aQ44, bQ30, cQ30, mQ24, sigmaQ24, kMinQ10, kMaxQ10 decoded slice fields
 * @output xQ20 coarse ln(F/K)
 * @output kNegative 1 when ln(K/F) < 0; also the sign of the clamped k, because a fitted range always
 * spans 0 (a document rule: kMin < 0 < kMax)
 * @output clampedKQ16 log-moneyness within the fitted range
 * @output stdDevQ32 total standard deviation; 0 without a surface
 * Assumes the tags are true and the widths of SviStdDev. Guarantees the values of the specification.
 * Cost: 446 constraints.
 */
template OptionSurface() {
    signal input {maxbit} forwardE4;
    signal input {maxbit} strikeE4;
    signal input hasSurface;
    signal input aQ44;
    signal input bQ30;
    signal input cQ30;
    signal input mQ24;
    signal input sigmaQ24;
    signal input kMinQ10;
    signal input kMaxQ10;
    signal output xQ20;
    signal output {binary} kNegative;
    signal output clampedKQ16;
    signal output stdDevQ32;

    component moneyness = LogMoneyness();
    moneyness.lnStrikeQ72 <== LogarithmQ72()(strikeE4);
    moneyness.lnForwardQ72 <== LogarithmQ72()(forwardE4);
    xQ20 <== moneyness.xQ20;
    kNegative <== moneyness.negative;

    component clamped = ClampedLogMoneyness();
    clamped.kQ30 <== moneyness.kQ30;
    clamped.kQ16 <== moneyness.kQ16;
    clamped.kQ10 <== moneyness.kQ10;
    clamped.kMinQ10 <== kMinQ10;
    clamped.kMaxQ10 <== kMaxQ10;
    clampedKQ16 <== clamped.clampedKQ16;

    component svi = SviStdDev();
    svi.kQ30 <== clamped.clampedKQ30;
    svi.aQ44 <== aQ44;
    svi.bQ30 <== bQ30;
    svi.cQ30 <== cQ30;
    svi.mQ24 <== mQ24;
    svi.sigmaQ24 <== sigmaQ24;
    stdDevQ32 <== hasSurface * svi.stdDevQ32;
}
