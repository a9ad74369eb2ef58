// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "arithmetic/range.circom";
include "circomlib/circuits/comparators.circom";

/**
 * @title Slot
 * @notice One position of an account: range-checks its fields, admits only the canonical encodings of
 * docs/spec.md §2.1, packs them and derives the flags that the margin computation reads.
 *
 * kind = occupied | futureOrPut << 1 | option << 2; the codes are 0 empty, 1 perpetual, 3 future,
 * 5 call, 7 put. Perpetual: expiry = strike = 0. Future: strike = 0, expiry ≥ 1. Option: strike ≥ 1,
 * expiry ≥ 1. Empty: every field 0. A second encoding of one instrument would let a position hide
 * behind another key.
 * @input underlying 0 BTC, 1 ETH
 * @input kind 3-bit code
 * @input expiry unix seconds
 * @input strikeE4 USD per contract, E4
 * @input lots 1/100 contract, signed, −2^26 … 2^26 − 1
 * @output key instrumentKey, below 2^76
 * @output packed the slot, 106 bits
 * @output occupied, isPerpetual, isFuture, isCall, isPut flags, at most one kind
 * @output isNegative lots < 0
 * Assumes nothing. Guarantees the fields are the only ones that pack to this slot, and canonical.
 * Cost: 112 constraints.
 */
template Slot() {
    signal input underlying;
    signal input kind;
    signal input expiry;
    signal input strikeE4;
    signal input lots;
    signal output {maxbit} key;
    signal output {maxbit} packed;
    signal output {binary} occupied;
    signal output {binary} isPerpetual;
    signal output {binary} isFuture;
    signal output {binary} isCall;
    signal output {binary} isPut;
    signal output {binary} isNegative;
    key.maxbit = 76;
    packed.maxbit = 106;

    // 1. Widths.
    underlying * (underlying - 1) === 0;
    component kindBits = Num2Bits(3);
    kindBits.in <== kind;
    component expiryRange = Range(32);
    expiryRange.in <== expiry;
    _ <== expiryRange.out;
    component strikeRange = Range(40);
    strikeRange.in <== strikeE4;
    _ <== strikeRange.out;
    component lotsBits = Num2Bits(27);
    lotsBits.in <== lots + (1 << 26);
    for (var i = 0; i < 26; i++) {
        _ <== lotsBits.out[i];
    }
    isNegative <== 1 - lotsBits.out[26];

    // 2. Kinds: the flags are exclusive, and without the occupied bit nothing else is set.
    occupied <== kindBits.out[0];
    var futureOrPut = kindBits.out[1];
    var option = kindBits.out[2];
    (1 - occupied) * (futureOrPut + option) === 0;
    isPut <== futureOrPut * option;
    isCall <== option - isPut;
    isFuture <== futureOrPut - isPut;
    isPerpetual <== occupied - futureOrPut - option + isPut;

    // 3. Canonical: a strike exactly on options, an expiry exactly on dated kinds, nothing when empty.
    component noStrike = IsZero();
    noStrike.in <== strikeE4;
    noStrike.out === 1 - option;
    component noExpiry = IsZero();
    noExpiry.in <== expiry;
    noExpiry.out === 1 - option - isFuture;
    (1 - occupied) * underlying === 0;
    (1 - occupied) * lots === 0;

    // 4. Packing: every limb is within its width, so none carries.
    key <== strikeE4 + expiry * (1 << 40) + kind * (1 << 72) + underlying * (1 << 75);
    packed <== key + (lots + (1 << 26)) * (1 << 79);
}
