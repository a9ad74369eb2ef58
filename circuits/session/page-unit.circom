// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "ledger/hash-words.circom";

/**
 * @title PageUnit
 * @notice Opens one page: rows and lots by bits, keys as what is left of its words, and sums its slots at
 * the poles of their rows (docs/spec.md §10.6). That the keys are those of the rows, the sums show.
 * @param SLOTS 16, or 6 for a page whose other slots are empty
 * @input lots[SLOTS] signed 27 bits; row[SLOTS] 12 bits
 * @input keyWord[SLOTS / 2] key₂ⱼ + 2^106 · key₂ⱼ₊₁
 * @input tag account (6) | page (2) | used (1) | heavy (1), its parts enforced by the caller
 * @input session β
 * @input links[8] λ^0, λ^4 … λ^28
 * @output hash of the page
 * @output word[…] what the batch commits to beside the hash: one of 6 slots, three of 16
 * @output sumLots, sumShort Σ lots/(β − row), Σ max(0, −lots)/(β − row)
 * @output sumKeys Σ λ^4j · (1/(β − row₂ⱼ) + 2^106/(β − row₂ⱼ₊₁)); keys Σ λ^4j · keyWord_j
 * Assumes nothing. Guarantees rows and lots are the only ones under word, keys the only ones under hash
 * with them. Cost: 1,106 constraints with 16 slots, 661 with 6.
 */
template PageUnit(SLOTS) {
    assert(SLOTS == 16 || SLOTS == 6);
    var WORDS = SLOTS == 6 ? 1 : 3;
    var ROW_BITS = 12;

    signal input lots[SLOTS];
    signal input row[SLOTS];
    signal input keyWord[SLOTS \ 2];
    signal input tag;
    signal input session;
    signal input links[8];
    signal output hash;
    signal output word[WORDS];
    signal output sumLots;
    signal output sumShort;
    signal output sumKeys;
    signal output keys;

    // 1. Slots.
    component lotsBits[SLOTS];
    component rowBits[SLOTS];
    signal inverse[SLOTS];
    signal part[SLOTS];
    signal shortPart[SLOTS];
    var rows = 0;
    var lotsWord[2] = [0, 0];
    var lotsSum = 0;
    var shortSum = 0;
    for (var p = 0; p < SLOTS; p++) {
        lotsBits[p] = Num2Bits(27);
        lotsBits[p].in <== lots[p] + (1 << 26);
        for (var b = 0; b < 26; b++) {
            _ <== lotsBits[p].out[b];
        }
        rowBits[p] = Num2Bits(ROW_BITS);
        rowBits[p].in <== row[p];
        for (var b = 0; b < ROW_BITS; b++) {
            _ <== rowBits[p].out[b];
        }
        // Unique: its product with β − row is 1, and 1/0 does not exist.
        inverse[p] <-- 1 / (session - row[p]);
        inverse[p] * (session - row[p]) === 1;
        part[p] <== lots[p] * inverse[p];
        shortPart[p] <== (lotsBits[p].out[26] - 1) * part[p];
        rows += row[p] * 2 ** (ROW_BITS * p);
        lotsWord[p \ 8] += (lots[p] + (1 << 26)) * 2 ** (27 * (p % 8));
        lotsSum += part[p];
        shortSum += shortPart[p];
    }
    sumLots <== lotsSum;
    sumShort <== shortSum;

    // 2. The page's words, and the sums of its keys.
    component page = HashWords(TAG_PAGE(), 8);
    signal pole[SLOTS \ 2];
    signal key[SLOTS \ 2];
    var poles = 0;
    var keySum = 0;
    for (var j = 0; j < 8; j++) {
        if (j < SLOTS \ 2) {
            page.word[j] <== keyWord[j] + (lots[2 * j] + (1 << 26)) * 2 ** 79
                + (lots[2 * j + 1] + (1 << 26)) * 2 ** 185;
            pole[j] <== links[j] * (inverse[2 * j] + inverse[2 * j + 1] * 2 ** 106);
            key[j] <== links[j] * keyWord[j];
            poles += pole[j];
            keySum += key[j];
        } else {
            page.word[j] <== 2 ** 105 + 2 ** 211;
            _ <== links[j];
        }
    }
    hash <== page.hash;
    sumKeys <== poles;
    keys <== keySum;

    // 3. What is committed: within 253 bits by the widths above and those of the tag.
    if (SLOTS == 6) {
        word[0] <== rows + lotsWord[0] * 2 ** 72 + tag * 2 ** 234;
    } else {
        word[0] <== rows + tag * 2 ** 192;
        word[1] <== lotsWord[0];
        word[2] <== lotsWord[1];
    }
}
