// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "ledger/scenario-layout.circom";
include "session/lanes.circom";

/**
 * @title StressSlot
 * @notice What an account is short of at the mark, after 32 scenarios in both underlyings and after pairs of
 * scenarios, from its equities there and what it loses in BTC alone.
 * @param LOSS_BITS width of losses
 * @input equityE6 at the mark
 * @input stressedE6[32] after ids 1 … 32; of ids whose index moves in units of 2^-8
 * @input btcTailLossQ8[2] lost in BTC after ids 22 and 23; regularEquityQ8 the least after a pair of no tails
 * @output word[11] the stressed equities in lanes
 * @output shortfallE6 max(0, −equity); shortfallQ8[32], pairShortfallQ8[7] in units of 2^-8: after 22 in BTC and
 * 23 in ETH, the other way round, 22 in BTC alone, in ETH alone, 23 likewise, and after a pair of no tails
 * Assumes that equities and losses are shown to be the account's. Guarantees the shortfalls, for digits that are
 * the only ones under the words. Cost: 2,528 constraints.
 */
template StressSlot(LOSS_BITS) {
    signal input equityE6;
    signal input stressedE6[32];
    signal input btcTailLossQ8[2];
    signal input regularEquityQ8;
    signal output word[11];
    signal output shortfallE6;
    signal output shortfallQ8[32];
    signal output pairShortfallQ8[7];

    component mark = Num2Bits(LOSS_BITS + 4);
    mark.in <== equityE6 + 2 ** (LOSS_BITS + 3);
    for (var b = 0; b < LOSS_BITS + 3; b++) {
        _ <== mark.out[b];
    }
    shortfallE6 <== (mark.out[LOSS_BITS + 3] - 1) * equityE6;

    component bits[32];
    signal shortfall[32];
    var words[11];
    for (var j = 0; j < 11; j++) {
        words[j] = 0;
    }
    for (var id = 1; id <= 32; id++) {
        var i = id - 1;
        var width = LOSS_BITS + 4;
        var unit = 256;
        if (isMovedScenario(id) == 1) {
            width += 8;
            unit = 1;
        }
        bits[i] = Num2Bits(width);
        bits[i].in <== stressedE6[i] + 2 ** (width - 1);
        for (var b = 0; b < width - 1; b++) {
            _ <== bits[i].out[b];
        }
        shortfall[i] <== (bits[i].out[width - 1] - 1) * stressedE6[i];
        shortfallQ8[i] <== shortfall[i] * unit;
        words[wordOfScenario(id)] += stressedE6[i] * 2 ** shiftOfScenario(id);
    }
    for (var j = 0; j < 11; j++) {
        word[j] <== words[j];
    }

    // What both underlyings lose less what BTC does is what ETH does. Ids 22 and 23 are in units of 2^-8.
    var markQ8 = 256 * equityE6;
    var fall = stressedE6[21];
    var rise = stressedE6[22];
    var pairQ8[7] = [
        rise + btcTailLossQ8[1] - btcTailLossQ8[0],
        fall + btcTailLossQ8[0] - btcTailLossQ8[1],
        markQ8 - btcTailLossQ8[0],
        fall + btcTailLossQ8[0],
        markQ8 - btcTailLossQ8[1],
        rise + btcTailLossQ8[1],
        regularEquityQ8
    ];
    component pair[7];
    for (var p = 0; p < PAIR_TOTALS(); p++) {
        pair[p] = Num2Bits(LOSS_BITS + 12);
        pair[p].in <== pairQ8[p] + 2 ** (LOSS_BITS + 11);
        for (var b = 0; b < LOSS_BITS + 11; b++) {
            _ <== pair[p].out[b];
        }
        pairShortfallQ8[p] <== (pair[p].out[LOSS_BITS + 11] - 1) * pairQ8[p];
    }
}
