// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/unpack-word.circom";

/**
 * @title AssetTerms
 * @notice Unpacks the collateral terms of one asset, word A_c (docs/spec.md §2.5).
 * @input assetWord A_c
 * @output thresholdQuote[3] whole USD, 40 bits
 * @output haircutBps[4] 14 bits
 * @output underlying 0 or 1
 * @output imExtraBps add-on of the initial margin, 14 bits
 * Assumes nothing. Guarantees the fields are the only ones of this word. Cost: 191 constraints.
 */
template AssetTerms() {
    signal input assetWord;
    signal output {maxbit} thresholdQuote[3];
    signal output {maxbit} haircutBps[4];
    signal output {binary} underlying;
    signal output {maxbit} imExtraBps;
    thresholdQuote.maxbit = 40;
    haircutBps.maxbit = 14;
    imExtraBps.maxbit = 14;

    component asset = UnpackWord(9, [40, 40, 40, 14, 14, 14, 14, 1, 14]);
    asset.word <== assetWord;
    for (var j = 0; j < 3; j++) {
        thresholdQuote[j] <== asset.field[j];
    }
    for (var j = 0; j < 4; j++) {
        haircutBps[j] <== asset.field[3 + j];
    }
    underlying <== asset.field[7];
    imExtraBps <== asset.field[8];
}
