// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/unpack-word.circom";
include "margin/collateral.circom";

// Collateral of one account, its prices unpacked from the snapshot's word as the statements do.
template ValuedCollateral() {
    signal input balanceE8[3];
    signal input collateralWord;
    signal input indexE4[2];
    signal input assetWord[3];
    signal output assetUnderlying[3];
    signal output haircutValueE6[3];
    signal output haircutE6;

    component prices = UnpackWord(6, [40, 32, 40, 32, 40, 32]);
    prices.word <== collateralWord;
    signal {maxbit} priceE4[3];
    signal {maxbit} rateQ30[3];
    priceE4.maxbit = 40;
    rateQ30.maxbit = 32;
    for (var c = 0; c < 3; c++) {
        priceE4[c] <== prices.field[2 * c];
        rateQ30[c] <== prices.field[2 * c + 1];
    }

    component collateral = Collateral();
    collateral.balanceE8 <== balanceE8;
    collateral.collateralPriceE4 <== priceE4;
    collateral.redemptionRateQ30 <== rateQ30;
    collateral.indexE4 <== indexE4;
    collateral.assetWord <== assetWord;
    assetUnderlying <== collateral.assetUnderlying;
    haircutValueE6 <== collateral.haircutValueE6;
    haircutE6 <== collateral.haircutE6;
    for (var c = 0; c < 3; c++) {
        _ <== collateral.imExtraBps[c];
    }
}
