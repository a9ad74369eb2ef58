// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/shift.circom";
include "margin/route.circom";

/**
 * @title ScenarioLoss
 * @notice Damped loss of each underlying in its exhibited scenario (docs/spec.md §5):
 * damping · ⌊(Σ lots·(mark·2^24 − value) + Σ H_c·(2^24 − m_u)·2^128) / 2^152⌋.
 * @param COUNT number of positions, at most 64
 * @input underlying[COUNT], lots[COUNT] of the positions
 * @input markE4Q128[COUNT] |·| < 2^169
 * @input valueE4Q152[COUNT] |·| < 2^196
 * @input assetUnderlying[3] of the collateral assets
 * @input haircutValueE6[3] below 2^77
 * @input multiplierQ24[2] 27 bits
 * @input dampingQ16[2] 17 bits
 * @output lossQ16[2] signed, |·| < 2^99
 * Assumes the ranges. The sum before the floor: positions 2^6 · 2^26 · 2^197 = 2^229, collateral
 * 3 · 2^76.1 · 2^27 · 2^128 < 2^232.8 (a value is at most 2^56 · 2^40 / 10^6 < 2^76.1), together below
 * 2^233: it cannot wrap. Guarantees the losses, exactly. Cost: 2 · COUNT + 479 constraints.
 */
template ScenarioLoss(COUNT) {
    signal input underlying[COUNT];
    signal input lots[COUNT];
    signal input markE4Q128[COUNT];
    signal input valueE4Q152[COUNT];
    signal input {binary} assetUnderlying[3];
    signal input {maxbit} haircutValueE6[3];
    signal input {maxbit} multiplierQ24[2];
    signal input {maxbit} dampingQ16[2];
    signal output lossQ16[2];
    assert(haircutValueE6.maxbit <= 77);
    assert(multiplierQ24.maxbit <= 27);
    assert(dampingQ16.maxbit <= 17);

    // 1. Change of every position and every asset, added up per underlying.
    component change = Route(COUNT + 3);
    signal multiplier[3];
    for (var i = 0; i < COUNT; i++) {
        change.underlying[i] <== underlying[i];
        change.amount[i] <== lots[i] * (valueE4Q152[i] - markE4Q128[i] * (1 << 24));
    }
    signal assetChange[3];
    for (var c = 0; c < 3; c++) {
        multiplier[c] <== multiplierQ24[0]
            + assetUnderlying[c] * (multiplierQ24[1] - multiplierQ24[0]);
        assetChange[c] <== haircutValueE6[c] * (multiplier[c] - (1 << 24));
        change.underlying[COUNT + c] <== assetUnderlying[c];
        change.amount[COUNT + c] <== assetChange[c] * (1 << 128);
    }

    // 2. One floor per underlying, then damping.
    component floor[2];
    for (var u = 0; u < 2; u++) {
        floor[u] = FloorShift(234, 152);
        floor[u].in <== (1 << 233) - change.total[u];
        lossQ16[u] <== dampingQ16[u] * (floor[u].out - (1 << 81));
    }
}
