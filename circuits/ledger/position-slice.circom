// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/slice-fields.circom";
include "ledger/slice-selection.circom";

/**
 * @title PositionSlice
 * @notice The slice of a position: selected as a packed word, then unpacked once.
 * @input underlying, isDated, expiry, sliceWord[2][24] as in SliceSelection
 * @output isListed and the fields of SliceFields
 * Assumes what SliceSelection assumes. Guarantees the fields of the position's own slice.
 * Cost: 299 constraints.
 */
template PositionSlice() {
    signal input underlying;
    signal input isDated;
    signal input expiry;
    signal input sliceWord[2][24];
    signal output isListed;
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

    component selection = SliceSelection();
    selection.underlying <== underlying;
    selection.isDated <== isDated;
    selection.expiry <== expiry;
    selection.sliceWord <== sliceWord;
    isListed <== selection.isListed;

    component fields = SliceFields();
    fields.isListed <== selection.isListed;
    fields.data <== selection.data;
    forwardRatioQ30 <== fields.forwardRatioQ30;
    settlementPriceE4 <== fields.settlementPriceE4;
    aQ44 <== fields.aQ44;
    bQ30 <== fields.bQ30;
    cQ30 <== fields.cQ30;
    mQ24 <== fields.mQ24;
    sigmaQ24 <== fields.sigmaQ24;
    kMinQ10 <== fields.kMinQ10;
    kMaxQ10 <== fields.kMaxQ10;
    confidenceQ10 <== fields.confidenceQ10;
}
