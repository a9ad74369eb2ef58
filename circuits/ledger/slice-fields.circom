// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/unpack-word.circom";

/**
 * @title SliceFields
 * @notice Unpacks the data word of a slice (docs/spec.md §2.4) into signed numbers.
 * @input isListed 0 when the word stands for no slice: then it is 0 and the forward ratio is 1
 * @input data the word
 * @output forwardRatioQ30 1 … 2^32
 * @output settlementPriceE4 the low 40 bits of the a-field: what an expired slice stores there
 * @output aQ44, bQ30, cQ30, mQ24, sigmaQ24 raw SVI, signed except b and sigma
 * @output kMinQ10, kMaxQ10 fitted range of log-moneyness, signed
 * @output confidenceQ10 11 bits; 0 when there is no slice
 * Assumes isListed boolean. Guarantees the outputs are the only ones of this word.
 * Cost: 239 constraints.
 */
template SliceFields() {
    signal input isListed;
    signal input data;
    signal output forwardRatioQ30;
    signal output settlementPriceE4;
    signal output aQ44;
    signal output bQ30;
    signal output cQ30;
    signal output mQ24;
    signal output sigmaQ24;
    signal output kMinQ10;
    signal output kMaxQ10;
    signal output confidenceQ10;

    component raw = UnpackWord(10, [32, 40, 8, 32, 33, 28, 27, 14, 14, 11]);
    raw.word <== data;
    forwardRatioQ30 <== raw.field[0] + 1 + (1 - isListed) * ((1 << 30) - 1);
    settlementPriceE4 <== raw.field[1];
    aQ44 <== raw.field[1] + raw.field[2] * (1 << 40) - (1 << 47);
    bQ30 <== raw.field[3];
    cQ30 <== raw.field[4] - (1 << 32);
    mQ24 <== raw.field[5] - (1 << 27);
    sigmaQ24 <== raw.field[6];
    kMinQ10 <== raw.field[7] - (1 << 13);
    kMaxQ10 <== raw.field[8] - (1 << 13);
    confidenceQ10 <== raw.field[9];
}
