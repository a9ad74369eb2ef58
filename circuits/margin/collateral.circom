// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/select.circom";
include "margin/asset-terms.circom";
include "margin/collateral-value.circom";
include "margin/haircut-value.circom";

/**
 * @title Collateral
 * @notice Values of the three collateral balances, after haircuts.
 * @input balanceE8[3] BTC, ETH, stETH, 56 bits
 * @input collateralPriceE4[3] 40 bits, redemptionRateQ30[3] 32 bits, indexE4[2] of the snapshot
 * @input assetWord[3] A_c of the parameter set
 * @output assetUnderlying[3] 0 or 1
 * @output haircutValueE6[3] below 2^77
 * @output haircutE6 what the haircuts take off the values of all three, below 2^79
 * @output imExtraBps[3] add-ons of the initial margin, 14 bits
 * Assumes the widths. Guarantees the values, exactly. Cost: 1,749 constraints.
 */
template Collateral() {
    signal input balanceE8[3];
    signal input {maxbit} collateralPriceE4[3];
    signal input {maxbit} redemptionRateQ30[3];
    signal input indexE4[2];
    signal input assetWord[3];
    signal output {binary} assetUnderlying[3];
    signal output {maxbit} haircutValueE6[3];
    signal output {maxbit} haircutE6;
    signal output {maxbit} imExtraBps[3];
    haircutValueE6.maxbit = 77;
    // A value is below 2^77, and what is left of it is from 0 to the value (HaircutValue).
    haircutE6.maxbit = 79;
    imExtraBps.maxbit = 14;

    component terms[3];
    component value[3];
    component haircut[3];
    var taken = 0;
    for (var c = 0; c < 3; c++) {
        terms[c] = AssetTerms();
        terms[c].assetWord <== assetWord[c];
        assetUnderlying[c] <== terms[c].underlying;
        imExtraBps[c] <== terms[c].imExtraBps;

        value[c] = CollateralValue();
        value[c].indexE4 <== Select()(terms[c].underlying, indexE4[0], indexE4[1]);
        value[c].marketPriceE4 <== collateralPriceE4[c];
        value[c].redemptionRateQ30 <== redemptionRateQ30[c];
        value[c].balanceE8 <== balanceE8[c];

        haircut[c] = HaircutValue();
        haircut[c].wholeQuote <== value[c].wholeQuote;
        haircut[c].fractionE6 <== value[c].fractionE6;
        haircut[c].thresholdQuote <== terms[c].thresholdQuote;
        haircut[c].haircutBps <== terms[c].haircutBps;
        haircutValueE6[c] <== haircut[c].haircutValueE6;
        taken += value[c].wholeQuote * 10 ** 6 + value[c].fractionE6 - haircutValueE6[c];
    }
    haircutE6 <== taken;
}
