// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";

/**
 * @title MarketSnapshot
 * @notice Opens a snapshot (docs/spec.md §2.4): hashes its words as they are and unpacks the header
 * words, once each. Slice words are unpacked only where a position selects them.
 * @input timeWord T
 * @input underlyingWord[2] U_u
 * @input collateralWord C
 * @input sliceWord[2][24] expiry₀, data₀ … expiry₁₁, data₁₁
 * @output snapshotHash the commitment
 * @output time, indexTime unix seconds, 32 bits
 * @output indexE4[2] 1 … 2^37
 * @output perpetualMarkE4[2] 40 bits
 * @output confidenceQ10[2] of the index, 11 bits
 * @output depthQuote[2] whole USD, 40 bits
 * @output collateralPriceE4[3] market price of BTC, ETH, stETH, 40 bits
 * @output redemptionRateQ30[3] 32 bits
 * Assumes the document rules a signature attests (slices in order, prices ≥ 1).
 * Guarantees every output is the only one under snapshotHash.
 * Cost: 3,300 constraints.
 */
template MarketSnapshot() {
    signal input timeWord;
    signal input underlyingWord[2];
    signal input collateralWord;
    signal input sliceWord[2][24];
    signal output snapshotHash;
    signal output {maxbit} time;
    signal output {maxbit} indexTime;
    signal output {maxbit} indexE4[2];
    signal output {maxbit} perpetualMarkE4[2];
    signal output {maxbit} confidenceQ10[2];
    signal output {maxbit} depthQuote[2];
    signal output {maxbit} collateralPriceE4[3];
    signal output {maxbit} redemptionRateQ30[3];
    time.maxbit = 32;
    indexTime.maxbit = 32;
    indexE4.maxbit = 38;
    perpetualMarkE4.maxbit = 40;
    confidenceQ10.maxbit = 11;
    depthQuote.maxbit = 40;
    collateralPriceE4.maxbit = 40;
    redemptionRateQ30.maxbit = 32;

    // 1. Commitment.
    component snapshot = HashWords(TAG_SNAPSHOT(), 6);
    snapshot.word[0] <== timeWord;
    snapshot.word[3] <== collateralWord;
    component slices[2];
    for (var u = 0; u < 2; u++) {
        slices[u] = HashWords(TAG_SLICES(), 24);
        slices[u].word <== sliceWord[u];
        snapshot.word[1 + u] <== underlyingWord[u];
        snapshot.word[4 + u] <== slices[u].hash;
    }
    snapshotHash <== snapshot.hash;

    // 2. Times: the snapshot's own and the index's, whose age is charged; every other age is the
    // contracts' business, and so is what the ledger has booked.
    component times = UnpackWord(7, [32, 32, 32, 32, 32, 32, 32]);
    times.word <== timeWord;
    time <== times.field[0];
    indexTime <== times.field[1];
    for (var i = 2; i < 7; i++) {
        _ <== times.field[i];
    }

    // 3. Underlyings: index − 1, perpetual mark, confidence, depth, realised and forecast volatility.
    component underlying[2];
    for (var u = 0; u < 2; u++) {
        underlying[u] = UnpackWord(6, [37, 40, 11, 40, 24, 24]);
        underlying[u].word <== underlyingWord[u];
        indexE4[u] <== underlying[u].field[0] + 1;
        perpetualMarkE4[u] <== underlying[u].field[1];
        depthQuote[u] <== underlying[u].field[3];
        confidenceQ10[u] <== underlying[u].field[2];
        _ <== underlying[u].field[4];
        _ <== underlying[u].field[5];
    }

    // 4. Collateral.
    component collateral = UnpackWord(6, [40, 32, 40, 32, 40, 32]);
    collateral.word <== collateralWord;
    for (var c = 0; c < 3; c++) {
        collateralPriceE4[c] <== collateral.field[2 * c];
        redemptionRateQ30[c] <== collateral.field[2 * c + 1];
    }
}
