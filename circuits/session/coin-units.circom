// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "margin/bands.circom";

/**
 * @title CoinUnits
 * @notice Coins of one account by underlying, after haircut and without one, in units of 2^16 E6 rounded
 * down (docs/spec.md §10.5).
 * @input balanceE8[3] 56 bits
 * @input assetUnderlying[3], tierEdgeE8[3][3], tierRateE8[3][4], priceE4[3] of the terms
 * @input haircutUnits[2], grossUnits[2] the prover's, 44 bits, enforced here
 * Assumes edges in order and below 2^56. Guarantees that the units are at most the coins' worth, and
 * short of it by less than 8. Cost: 751 constraints.
 */
template CoinUnits() {
    signal input balanceE8[3];
    signal input assetUnderlying[3];
    signal input tierEdgeE8[3][3];
    signal input tierRateE8[3][4];
    signal input priceE4[3];
    signal input haircutUnits[2];
    signal input grossUnits[2];

    // 1. Each asset after its tiers, and whole.
    component bands[3];
    signal beyond[3][3];
    signal cut[3][3];
    signal first[3];
    signal worth[3];
    signal second[3][2];
    var haircutE16[2] = [0, 0];
    var grossE12[2] = [0, 0];
    for (var c = 0; c < 3; c++) {
        bands[c] = Bands(56);
        bands[c].amount <== balanceE8[c];
        bands[c].threshold <== tierEdgeE8[c];
        first[c] <== tierRateE8[c][0] * balanceE8[c];
        var value = first[c];
        for (var j = 0; j < 3; j++) {
            beyond[c][j] <== bands[c].above[j] * (balanceE8[c] - tierEdgeE8[c][j]);
            cut[c][j] <== tierRateE8[c][j + 1] * beyond[c][j];
            value -= cut[c][j];
        }
        worth[c] <== priceE4[c] * balanceE8[c];
        second[c][0] <== assetUnderlying[c] * value;
        second[c][1] <== assetUnderlying[c] * worth[c];
        haircutE16[0] += value - second[c][0];
        haircutE16[1] += second[c][0];
        grossE12[0] += worth[c] - second[c][1];
        grossE12[1] += second[c][1];
    }

    // 2. Whole units of them: 2^16 E6 are less than 2^50 of 10^-16 and 2^36 of 10^-12 USD.
    component unitRange[2][2];
    component restRange[2][2];
    for (var u = 0; u < 2; u++) {
        unitRange[u][0] = Range(44);
        unitRange[u][0].in <== haircutUnits[u];
        unitRange[u][1] = Range(44);
        unitRange[u][1].in <== grossUnits[u];
        restRange[u][0] = Range(52);
        restRange[u][0].in <== haircutE16[u] - haircutUnits[u] * (2 ** 16 * 10 ** 10);
        restRange[u][1] = Range(36);
        restRange[u][1].in <== grossE12[u] - grossUnits[u] * (2 ** 16 * 10 ** 6);
        for (var i = 0; i < 2; i++) {
            _ <== unitRange[u][i].out;
            _ <== restRange[u][i].out;
        }
    }
}
