// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/max-zero.circom";
include "arithmetic/select.circom";
include "pricing/forward.circom";
include "pricing/option-surface.circom";

/**
 * @title ContractTerms
 * @notice What a contract is worth while its probabilities are still open: which kind it is, its
 * price, strike and settlement as terms of which only the right ones are not 0, and its surface.
 * @input occupied … kMaxQ10 as MarkValuation
 * @output forwardE4 of a dated instrument
 * @output settled as in MarkValuation
 * @output dated 0 for perpetuals
 * @output optionSpotE4, optionStrikeE4 forward and strike of an option that is not settled, else 0
 * @output spotConstant multiple of the spot multiplier in the value that no probability touches, at
 * 2^128: parity, the kernel's margin, delta-one contracts
 * @output fixedE4Q128 what neither touches: parity, the kernel's margin, settlement
 * @output deltaFactor, deltaConstantQ128 delta = deltaFactor·N(d₁) + deltaConstantQ128
 * @output xQ20, kNegative, clampedKQ16, stdDevQ32 of OptionSurface
 * So a value at a spot multiplier of 1 is optionSpot·N(d₁) + spotConstant − optionStrike·N(d₂) + fixed.
 * Assumes what MarkValuation assumes. Guarantees, with that formula, the values of docs/spec.md §4.
 * Cost: 575 constraints.
 */
template ContractTerms() {
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
    signal output forwardE4;
    signal output {binary} settled;
    signal output dated;
    signal output optionSpotE4;
    signal output optionStrikeE4;
    signal output spotConstant;
    signal output fixedE4Q128;
    signal output deltaFactor;
    signal output deltaConstantQ128;
    signal output xQ20;
    signal output kNegative;
    signal output clampedKQ16;
    signal output stdDevQ32;

    // 1. What it is.
    signal put <== option * futureOrPut;
    dated <== option + futureOrPut - put;
    signal perpetual <== occupied - dated;
    signal hasSurface <== listed * live;
    signal unpriced <== IsZero()(settlementPriceE4);
    signal booked <== (dated - listed) * (1 - live);
    signal priced <== (listed - hasSurface) * (1 - unpriced);
    settled <== priced + booked;

    // 2. Forward and standard deviation. Without a strike the logarithm is that of 1.
    signal {maxbit} forward <== Forward()(indexE4, forwardRatioQ30);
    forwardE4 <== forward;
    signal spotE4 <== Select()(perpetual, forward, perpetualMarkE4);
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

    // 3. Settlement, as in MarkValuation: for a put max(S − K, 0) − (S − K), for a future S; nothing for
    // what is booked.
    component intrinsic = MaxZero(40);
    intrinsic.in <== settlementPriceE4 - strikeE4;
    _ <== intrinsic.negative;
    signal payoffE4 <== intrinsic.out - put * (settlementPriceE4 - strikeE4);
    signal settledPayoffE4 <== priced * payoffE4;

    // 4. Terms. Only options have a strike, so it needs no flag of its own.
    signal openSpotE4 <== (1 - settled) * spotE4;
    optionSpotE4 <== option * openSpotE4;
    optionStrikeE4 <== (1 - settled) * strikeE4;
    signal putSpotE4 <== put * optionSpotE4;
    signal putStrikeE4 <== put * optionStrikeE4;
    spotConstant <== optionSpotE4 * (1 << 88) + (openSpotE4 - optionSpotE4 - putSpotE4) * (1 << 128);
    fixedE4Q128 <== optionStrikeE4 * (1 << 88) + (putStrikeE4 + settledPayoffE4) * (1 << 128);

    // 5. Delta: N(d₁), for a put N(d₁) − 1, otherwise 1; nothing moves once settled.
    signal openOption <== (1 - settled) * option;
    signal openPut <== openOption * put;
    deltaFactor <== openOption;
    deltaConstantQ128 <== (1 - settled - openOption - openPut) * (1 << 128);
}
