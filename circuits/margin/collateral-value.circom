// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";

/**
 * @title CollateralValue
 * @notice Value of a balance before haircuts (docs/spec.md §5), split into whole and fraction of USD:
 * price = min(marketPrice, ⌊index · redemptionRate / 2^30⌋), value = ⌊balance · price / 10^6⌋ E6.
 * Both floors are against the account.
 * @input indexE4 of the collateral's underlying, at most 2^37
 * @input marketPriceE4 40 bits
 * @input redemptionRateQ30 32 bits
 * @input balanceE8 56 bits
 * @output wholeQuote whole USD of the value, below 2^57
 * @output fractionE6 the rest, 0 … 10^6 − 1
 * Assumes the widths, and that the caller bounds |wholeQuote| below 2^200: every remainder has some
 * quotient in the field. Guarantees the value, exactly. Cost: 154 constraints.
 * @assumes indexE4 in [0, 2 ** 37 + 1)
 * @assumes balanceE8 in [0, 2 ** 56)
 * @assumes wholeQuote in [0 - 2 ** 200, 2 ** 200)
 */
template CollateralValue() {
    signal input indexE4;
    signal input {maxbit} marketPriceE4;
    signal input {maxbit} redemptionRateQ30;
    signal input balanceE8;
    signal output wholeQuote;
    signal output fractionE6;
    assert(marketPriceE4.maxbit <= 40);
    assert(redemptionRateQ30.maxbit <= 32);

    // 1. ⌊index · rate / 2^30⌋. Unique: the remainder is in [0, 2^30), and step 2 bounds the quotient
    // to 41 bits, so index · rate = quotient · 2^30 + remainder holds in the integers: Euclid.
    signal scaledPriceE4 <== indexE4 * redemptionRateQ30;
    signal priceRemainder <-- scaledPriceE4 % 2 ** 30;
    component priceRemainderRange = Range(30);
    priceRemainderRange.in <== priceRemainder;
    _ <== priceRemainderRange.out;
    signal redemptionPriceE4 <== (scaledPriceE4 - priceRemainder) * (1 / 2 ** 30);

    // 2. min(a, b) = a − max(0, a − b); market price and result are below 2^40.
    component excess = MaxZero(40);
    excess.in <== marketPriceE4 - redemptionPriceE4;
    _ <== excess.negative;
    signal amountE12 <== balanceE8 * (marketPriceE4 - excess.out);

    // 3. amount = whole · 10^12 + fraction · 10^6 + remainder. Unique: fraction and remainder are below
    // 10^6, and with the caller's bound on whole the equation holds in the integers: Euclid, twice.
    signal remainder <-- amountE12 % 10 ** 6;
    fractionE6 <-- (amountE12 \ 10 ** 6) % 10 ** 6;
    component remainderRange = Range(20);
    remainderRange.in <== remainder;
    _ <== remainderRange.out;
    component remainderBelow = Range(20);
    remainderBelow.in <== 10 ** 6 - 1 - remainder;
    _ <== remainderBelow.out;
    component fractionRange = Range(20);
    fractionRange.in <== fractionE6;
    _ <== fractionRange.out;
    component fractionBelow = Range(20);
    fractionBelow.in <== 10 ** 6 - 1 - fractionE6;
    _ <== fractionBelow.out;
    wholeQuote <== (amountE12 - fractionE6 * 10 ** 6 - remainder) * (1 / 10 ** 12);
}
