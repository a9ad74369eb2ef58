// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "arithmetic/shift.circom";

/**
 * @title CollateralPrice
 * @notice What a unit of collateral counts (docs/spec.md §5): min(market price, ⌊index · rate / 2^30⌋).
 * @input indexE4 of its underlying, at most 2^37
 * @input marketPriceE4 40 bits
 * @input redemptionRateQ30 32 bits
 * @output priceE4 below 2^40
 * Assumes the widths. Guarantees the price, exactly. Cost: 115 constraints.
 * @assumes indexE4 in [0, 2 ** 37 + 1)
 */
template CollateralPrice() {
    signal input indexE4;
    signal input {maxbit} marketPriceE4;
    signal input {maxbit} redemptionRateQ30;
    signal output priceE4;
    assert(marketPriceE4.maxbit <= 40);
    assert(redemptionRateQ30.maxbit <= 32);

    component redemption = FloorShift(70, 30);
    redemption.in <== indexE4 * redemptionRateQ30;
    component excess = MaxZero(40);
    excess.in <== marketPriceE4 - redemption.out;
    _ <== excess.negative;
    priceE4 <== marketPriceE4 - excess.out;
}
