// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/position-slice.circom";
include "pricing/position-grid.circom";

/**
 * @title PositionOverGrid
 * @notice One position at the mark and in all scenarios of its underlying, on its own slice.
 * @input underlying, expiry, strikeE4, lots, isPerpetual, isFuture, isCall, isPut of Slot
 * @input time, indexE4[2], perpetualMarkE4[2], sliceWord[2][24] of the snapshot
 * @input the columns of TenorTable, floorVarianceRateQ64[2], logMoveQ10[2][32]
 * @output markTerm, spotTerm, strikeTerm, deltaQ128, forwardE4 as in PositionGrid
 * @output isSettled, isListed flags
 * @output confidenceQ10 of the slice, 11 bits
 * Assumes canonical slots and words bound by the caller. Guarantees the values, exactly.
 * Cost: 299 constraints beside PositionGrid.
 */
template PositionOverGrid() {
    signal input underlying;
    signal input expiry;
    signal input strikeE4;
    signal input lots;
    signal input isPerpetual;
    signal input isFuture;
    signal input isCall;
    signal input isPut;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input sliceWord[2][24];
    signal input tenorTauSeconds[14];
    signal input tenorVolUpQ10[14];
    signal input tenorVolDownQ10[14];
    signal input tenorSkewCapQ10[14];
    signal input tenorSkewSlopeQ10[14];
    signal input tenorRollLogQ10[14];
    signal input floorVarianceRateQ64[2];
    signal input logMoveQ10[2][32];
    signal output markTerm[2];
    signal output spotTerm[2][32];
    signal output strikeTerm[2][32];
    signal output deltaQ128;
    signal output forwardE4;
    signal output isSettled;
    signal output isListed;
    signal output confidenceQ10;

    component slice = PositionSlice();
    slice.underlying <== underlying;
    slice.isDated <== isFuture + isCall + isPut;
    slice.expiry <== expiry;
    slice.sliceWord <== sliceWord;
    isListed <== slice.isListed;
    confidenceQ10 <== slice.confidenceQ10;

    component position = PositionGrid();
    position.underlying <== underlying;
    position.occupied <== isPerpetual + isFuture + isCall + isPut;
    position.futureOrPut <== isFuture + isPut;
    position.option <== isCall + isPut;
    position.strikeE4 <== strikeE4;
    position.expiry <== expiry;
    position.lots <== lots;
    position.time <== time;
    position.indexE4 <== indexE4;
    position.perpetualMarkE4 <== perpetualMarkE4;
    position.listed <== slice.isListed;
    position.forwardRatioQ30 <== slice.forwardRatioQ30;
    position.settlementPriceE4 <== slice.settlementPriceE4;
    position.aQ44 <== slice.aQ44;
    position.bQ30 <== slice.bQ30;
    position.cQ30 <== slice.cQ30;
    position.mQ24 <== slice.mQ24;
    position.sigmaQ24 <== slice.sigmaQ24;
    position.kMinQ10 <== slice.kMinQ10;
    position.kMaxQ10 <== slice.kMaxQ10;
    position.tenorTauSeconds <== tenorTauSeconds;
    position.tenorVolUpQ10 <== tenorVolUpQ10;
    position.tenorVolDownQ10 <== tenorVolDownQ10;
    position.tenorSkewCapQ10 <== tenorSkewCapQ10;
    position.tenorSkewSlopeQ10 <== tenorSkewSlopeQ10;
    position.tenorRollLogQ10 <== tenorRollLogQ10;
    position.floorVarianceRateQ64 <== floorVarianceRateQ64;
    position.logMoveQ10 <== logMoveQ10;

    markTerm <== position.markTerm;
    spotTerm <== position.spotTerm;
    strikeTerm <== position.strikeTerm;
    deltaQ128 <== position.deltaQ128;
    forwardE4 <== position.forwardE4;
    isSettled <== position.settled;
    _ <== position.live;
    // Enters through markTerm, lots multiplied in.
    _ <== position.markE4Q128;
}
