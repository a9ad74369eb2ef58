// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/scenario-layout.circom";
include "margin/worst-scenario.circom";

/**
 * @title GridScan
 * @notice Scan of each underlying over all 32 scenarios (docs/spec.md §5): the unfloored changes of
 * all positions and of the haircut collateral, floored once per portfolio scenario, damped, and the
 * largest of them.
 * @param COUNT number of positions, at most 64
 * @input markTerm[COUNT][2], spotTerm[COUNT][2][32], strikeTerm[COUNT][2][32] of PositionGrid
 * @input multiplierQ24[2][32] 27 bits, dampingQ16[2][32] 17 bits of ScenarioGrid
 * @input assetUnderlying[3] of the collateral assets
 * @input haircutValueE6[3] at most 2^56 · 2^40 / 10^6 < 2^76.1
 * @output scanQ16[2] 0 … 2^99 − 1
 * @output worstScenario[2] lowest id that reaches it, 0 when nothing loses
 * @output markSumE6Q128 Σ lots · mark, |·| < 2^201
 * Assumes the ranges. A loss of collateral is H·(2^24 − m)·2^128 with 0 ≤ m < 2^27, so two losses of
 * 3·2^76.1 are less than 3·2^76.1·2^27·2^128 < 2^232.7 apart; positions add at most 2·2^6·2^26·2^197.
 * Together that is below 2^233, as WorstScenario wants. Guarantees the outputs, exactly.
 * Cost: 16,567 constraints, whatever the number of positions.
 */
template GridScan(COUNT) {
    assert(COUNT <= 64);
    signal input markTerm[COUNT][2];
    signal input spotTerm[COUNT][2][32];
    signal input strikeTerm[COUNT][2][32];
    signal input {maxbit} multiplierQ24[2][32];
    signal input {maxbit} dampingQ16[2][32];
    signal input {binary} assetUnderlying[3];
    signal input {maxbit} haircutValueE6[3];
    signal output {maxbit} scanQ16[2];
    signal output {maxbit} worstScenario[2];
    signal output markSumE6Q128;
    assert(multiplierQ24.maxbit <= 27);
    assert(haircutValueE6.maxbit <= 77);
    scanQ16.maxbit = 99;
    worstScenario.maxbit = 6;

    // 1. Collateral of each underlying; it moves with the spot of its underlying.
    signal secondCollateral[3];
    var collateralE6[2] = [0, 0];
    for (var c = 0; c < 3; c++) {
        secondCollateral[c] <== assetUnderlying[c] * haircutValueE6[c];
        collateralE6[0] += haircutValueE6[c] - secondCollateral[c];
        collateralE6[1] += secondCollateral[c];
    }

    // 2. Loss = everything at the mark less everything in the scenario.
    var markE6Q128[2] = [0, 0];
    for (var p = 0; p < COUNT; p++) {
        for (var u = 0; u < 2; u++) {
            markE6Q128[u] += markTerm[p][u];
        }
    }
    markSumE6Q128 <== markE6Q128[0] + markE6Q128[1];
    component worst[2];
    for (var u = 0; u < 2; u++) {
        worst[u] = WorstScenario();
        worst[u].dampingQ16 <== dampingQ16[u];
        for (var i = 0; i < 32; i++) {
            var moved = collateralE6[u] * (1 << 128);
            var fixedE6Q152 = 0;
            for (var p = 0; p < COUNT; p++) {
                moved += spotTerm[p][u][i];
                fixedE6Q152 += strikeTerm[p][u][i];
            }
            var heldE6Q128 = markE6Q128[u] + collateralE6[u] * (1 << 128);
            worst[u].lossE6Q152[i] <== heldE6Q128 * (1 << 24) + fixedE6Q152
                - multiplierQ24[u][i] * moved;
        }
        scanQ16[u] <== worst[u].scanQ16;
        worstScenario[u] <== worst[u].worstId;
    }
}
