// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/max-zero.circom";
include "arithmetic/select.circom";
include "pricing/call-kernel.circom";
include "pricing/forward.circom";
include "pricing/option-surface.circom";
include "pricing/std-dev-split.circom";

/**
 * @title MarkValuation
 * @notice Values one contract at mark, whatever it is: docs/spec.md §4, column "mark", and the delta.
 * @input occupied, futureOrPut, option kind bits 0, 1, 2 of a canonical kind
 * @input strikeE4 < 2^40; ≥ 1 for options, 0 otherwise
 * @input live 1 when the expiry is after the snapshot's time
 * @input indexE4 1 … 2^37, perpetualMarkE4 < 2^40, of the position's underlying
 * @input listed, forwardRatioQ30, settlementPriceE4, aQ44 … kMaxQ10 the decoded slice (forward ratio
 * 2^30 and zero words when not listed; never listed for perpetuals)
 * @output markE4Q128 signed, |mark| < 2^170
 * @output deltaQ128 d value / d forward at mark
 * @output forwardE4 of a dated instrument
 * @output settled 1 when nothing moves it any more: its settlement price is in the snapshot, or it is
 * dated, has expired and no slice has its expiry; then the ledger has booked it and it is worth nothing
 * @output spotE4 perpetual mark of a perpetual, forward of the others
 * @output put 1 for puts
 * @output payoffE4 settlement value of a settled instrument
 * @output xQ20, kNegative, clampedKQ16, stdDevQ32 of OptionSurface
 * Assumes the ranges above (range checks and canonical encoding elsewhere); for an empty slot the
 * values mean nothing. Guarantees the values of the specification, bit for bit.
 * Cost: 768 constraints.
 */
template MarkValuation() {
    signal input occupied;
    signal input futureOrPut;
    signal input option;
    signal input strikeE4;
    signal input live;
    signal input indexE4;
    signal input perpetualMarkE4;
    signal input listed;
    signal input forwardRatioQ30;
    signal input settlementPriceE4;
    signal input aQ44;
    signal input bQ30;
    signal input cQ30;
    signal input mQ24;
    signal input sigmaQ24;
    signal input kMinQ10;
    signal input kMaxQ10;
    signal output markE4Q128;
    signal output deltaQ128;
    signal output forwardE4;
    signal output {binary} settled;
    signal output spotE4;
    signal output {binary} put;
    signal output payoffE4;
    signal output xQ20;
    signal output kNegative;
    signal output clampedKQ16;
    signal output stdDevQ32;

    // 1. What it is.
    put <== option * futureOrPut;
    signal dated <== option + futureOrPut - put;
    signal perpetual <== occupied - dated;
    signal hasSurface <== listed * live;
    signal unpriced <== IsZero()(settlementPriceE4);
    signal booked <== (dated - listed) * (1 - live);
    settled <== (listed - hasSurface) * (1 - unpriced) + booked;

    // 2. Forward and standard deviation. Without a strike the logarithm is that of 1.
    signal {maxbit} forward <== Forward()(indexE4, forwardRatioQ30);
    forwardE4 <== forward;
    spotE4 <== Select()(perpetual, forward, perpetualMarkE4);
    signal {maxbit} strike;
    strike.maxbit = 40;
    strike <== strikeE4 + 1 - option;
    component surface = OptionSurface();
    surface.forwardE4 <== forward;
    surface.strikeE4 <== strike;
    surface.hasSurface <== hasSurface;
    surface.aQ44 <== aQ44;
    surface.bQ30 <== bQ30;
    surface.cQ30 <== cQ30;
    surface.mQ24 <== mQ24;
    surface.sigmaQ24 <== sigmaQ24;
    surface.kMinQ10 <== kMinQ10;
    surface.kMaxQ10 <== kMaxQ10;
    xQ20 <== surface.xQ20;
    kNegative <== surface.kNegative;
    clampedKQ16 <== surface.clampedKQ16;
    stdDevQ32 <== surface.stdDevQ32;

    // 3. Call at mark; a put follows by parity.
    component split = StdDevSplit(36);
    split.stdDevQ32 <== surface.stdDevQ32;
    component call = CallKernel(24);
    call.forward <== spotE4;
    call.strike <== strikeE4;
    call.xQ20 <== surface.xQ20;
    call.hi <== split.hi;
    call.loQ32 <== split.loQ32;
    call.coarseQ20 <== split.coarseQ20;
    call.halfQ16 <== split.halfQ16;
    signal parityE4 <== put * (spotE4 - strikeE4);
    signal unsettledE4Q128 <== Select()(option, spotE4 * 2 ** 128, call.callRaw - parityE4 * 2 ** 128);

    // 4. Settlement: max(S − K, 0), for a put max(K − S, 0) = max(S − K, 0) − (S − K), and with its
    // strike 0 the same gives S for a future. What is booked owes nothing.
    component intrinsic = MaxZero(40);
    intrinsic.in <== settlementPriceE4 - strikeE4;
    _ <== intrinsic.negative;
    signal owedE4 <== intrinsic.out - put * (settlementPriceE4 - strikeE4);
    payoffE4 <== (1 - booked) * owedE4;
    markE4Q128 <== Select()(settled, unsettledE4Q128, payoffE4 * 2 ** 128);

    // 5. Delta: N(d₁), for a put N(d₁) − 1, otherwise 1; nothing moves once settled.
    signal optionDeltaQ128 <== option * (call.probabilityD1Q128 - 2 ** 128);
    deltaQ128 <== (optionDeltaQ128 + (1 - put) * 2 ** 128) * (1 - settled);
}
