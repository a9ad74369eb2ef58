// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";
include "ledger/unpack-word.circom";
include "session/lanes.circom";
include "session/tags.circom";

/**
 * @title SessionOpening
 * @notice Opens the word of a session (docs/spec.md §10.1) and derives the powers of ρ.
 * @input accountCount, treeRoot, snapshotHash, parameterHash, termsHash, lossesWord, rowsRoot,
 * batchesRoot, netsRoot what the word commits to
 * @output session the word, and β
 * @output rho[28] powers of ρ from the zeroth
 * @output roundingRho Σ_j ρ^j · word j of 2 in every id
 * @output largestLossQ24[2] 32 bits
 * Assumes nothing. Guarantees that all inputs are the only ones under the session's word.
 * Cost: 762 constraints.
 */
template SessionOpening() {
    signal input accountCount;
    signal input treeRoot;
    signal input snapshotHash;
    signal input parameterHash;
    signal input termsHash;
    signal input lossesWord;
    signal input rowsRoot;
    signal input batchesRoot;
    signal input netsRoot;
    signal output session;
    signal output rho[28];
    signal output roundingRho;
    signal output {maxbit} largestLossQ24[2];
    largestLossQ24.maxbit = 32;

    component losses = UnpackWord(2, [32, 32]);
    losses.word <== lossesWord;
    largestLossQ24 <== losses.field;
    signal challenge <== HashWords(TAG_SESSION_CHALLENGE(), 8)([
        accountCount, treeRoot, snapshotHash, parameterHash,
        termsHash, lossesWord, rowsRoot, batchesRoot
    ]);
    session <== HashWords(TAG_SESSION(), 2)([challenge, netsRoot]);

    rho[0] <== 1;
    for (var j = 1; j < 28; j++) {
        rho[j] <== rho[j - 1] * challenge;
    }
    var rounding = 0;
    for (var id = 1; id <= 32; id++) {
        rounding += rho[wordOfScenario(id)] * 2 ** (1 + shiftOfScenario(id));
    }
    roundingRho <== rounding;
}
