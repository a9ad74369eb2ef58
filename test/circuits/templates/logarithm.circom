// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "pricing/log-moneyness.circom";
include "pricing/logarithm-q72.circom";

// Two range-checked prices, their logarithms and log-moneyness.
template Logarithm() {
    signal input strikeE4;
    signal input forwardE4;
    signal output lnStrikeQ72;
    signal output lnForwardQ72;
    signal output kQ30;
    signal output xQ20;
    signal output kQ16;
    signal output kQ10;
    signal output negative;

    component strike = LogarithmQ72();
    strike.value <== Range(40)(strikeE4);
    lnStrikeQ72 <== strike.lnQ72;
    component forward = LogarithmQ72();
    forward.value <== Range(40)(forwardE4);
    lnForwardQ72 <== forward.lnQ72;
    (kQ30, xQ20, kQ16, kQ10, negative) <== LogMoneyness()(lnStrikeQ72, lnForwardQ72);
}
