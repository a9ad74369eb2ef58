// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "arithmetic/select.circom";
include "margin/asset-terms.circom";
include "session/collateral-price.circom";

/**
 * @title CloseAssets
 * @notice Holds a session's terms of collateral to the tick (docs/spec.md §10.2): prices and rates are those
 * of snapshot and parameters, what bounds an account is at least as strict.
 * @input indexE4[2], collateralPriceE4[3], redemptionRateQ30[3] of MarketSnapshot; assetWord[3] of the set
 * @input largestLossQ24[2] 32 bits, of the terms
 * @input assetUnderlying[3], tierEdgeE8[3][3], tierRateE8[3][4], priceE4[3], lightBps[3], lightCapE12 the terms
 * Assumes the words bound by the caller. Guarantees underlyings, prices and rates; tiers that begin, and a
 * cap that lies, no higher than the set's, in order and below 2^56; a light share no larger. Haircuts that
 * fall with the tier, or exceed the whole, have no witness. Cost: 2,200 constraints.
 */
template CloseAssets() {
    signal input {maxbit} indexE4[2];
    signal input {maxbit} collateralPriceE4[3];
    signal input {maxbit} redemptionRateQ30[3];
    signal input assetWord[3];
    signal input largestLossQ24[2];
    signal input assetUnderlying[3];
    signal input tierEdgeE8[3][3];
    signal input tierRateE8[3][4];
    signal input priceE4[3];
    signal input lightBps[3];
    signal input lightCapE12;

    component terms[3];
    component price[3];
    component haircutRange[3][4];
    component edgeRange[3][4];
    component tierRoom[3][3];
    component lightRange[3];
    component lightRoom[3];
    component capRoom[3];
    signal largest[3];
    signal light[3];
    signal reached[3][3];
    for (var c = 0; c < 3; c++) {
        terms[c] = AssetTerms();
        terms[c].assetWord <== assetWord[c];
        _ <== terms[c].imExtraBps;
        assetUnderlying[c] === terms[c].underlying;

        // 1. Price, and what each tier takes of it: nothing negative, all together no more than all.
        price[c] = CollateralPrice();
        price[c].indexE4 <== Select()(terms[c].underlying, indexE4[0], indexE4[1]);
        price[c].marketPriceE4 <== collateralPriceE4[c];
        price[c].redemptionRateQ30 <== redemptionRateQ30[c];
        priceE4[c] === price[c].priceE4;
        tierRateE8[c][0] === priceE4[c] * (10 ** 4 - terms[c].haircutBps[0]);
        for (var j = 1; j < 4; j++) {
            var step = terms[c].haircutBps[j] - terms[c].haircutBps[j - 1];
            tierRateE8[c][j] === priceE4[c] * step;
            haircutRange[c][j] = Range(14);
            haircutRange[c][j].in <== step;
            _ <== haircutRange[c][j].out;
        }
        haircutRange[c][0] = Range(14);
        haircutRange[c][0].in <== 10 ** 4 - terms[c].haircutBps[3];
        _ <== haircutRange[c][0].out;

        // 2. Tiers begin no later than the thresholds: an edge in coins times the price. A coin without a
        // price has them anywhere.
        for (var j = 0; j < 4; j++) {
            edgeRange[c][j] = Range(56);
            edgeRange[c][j].in <== (j < 3 ? tierEdgeE8[c][j] : 2 ** 56 - 1)
                - (j > 0 ? tierEdgeE8[c][j - 1] : 0);
            _ <== edgeRange[c][j].out;
        }
        for (var j = 0; j < 3; j++) {
            reached[c][j] <== tierEdgeE8[c][j] * priceE4[c];
            tierRoom[c][j] = Range(80);
            tierRoom[c][j].in <== terms[c].thresholdQuote[j] * 10 ** 12 - reached[c][j];
            _ <== tierRoom[c][j].out;
        }

        // 3. What a light account counts of its coins, and how many: within the first tier of each.
        largest[c] <== Select()(terms[c].underlying, largestLossQ24[0], largestLossQ24[1]);
        light[c] <== (10 ** 4 - terms[c].haircutBps[0]) * (2 ** 24 - largest[c]);
        lightRange[c] = Range(14);
        lightRange[c].in <== lightBps[c];
        _ <== lightRange[c].out;
        lightRoom[c] = Range(38);
        lightRoom[c].in <== light[c] - lightBps[c] * 2 ** 24;
        _ <== lightRoom[c].out;
        capRoom[c] = Range(80);
        capRoom[c].in <== terms[c].thresholdQuote[0] * 10 ** 12 - lightCapE12;
        _ <== capRoom[c].out;
    }
}
