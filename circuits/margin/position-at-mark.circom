// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/position-slice.circom";
include "pricing/position-mark.circom";

/**
 * @title PositionAtMark
 * @notice Mark of one position, on its own slice.
 * @input underlying, expiry, strikeE4, isPerpetual, isFuture, isCall, isPut of Slot
 * @input time, indexE4[2], perpetualMarkE4[2], sliceWord[2][24] of the snapshot
 * @output markE4Q128 |·| < 2^169
 * Assumes canonical slots and words bound by the caller. Guarantees the mark, exactly.
 * Cost: 1,102 constraints.
 */
template PositionAtMark() {
    signal input underlying;
    signal input expiry;
    signal input strikeE4;
    signal input isPerpetual;
    signal input isFuture;
    signal input isCall;
    signal input isPut;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input sliceWord[2][24];
    signal output markE4Q128;

    component slice = PositionSlice();
    slice.underlying <== underlying;
    slice.isDated <== isFuture + isCall + isPut;
    slice.expiry <== expiry;
    slice.sliceWord <== sliceWord;

    component position = PositionMark();
    position.underlying <== underlying;
    position.occupied <== isPerpetual + isFuture + isCall + isPut;
    position.futureOrPut <== isFuture + isPut;
    position.option <== isCall + isPut;
    position.strikeE4 <== strikeE4;
    position.expiry <== expiry;
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
    // The slice's confidence enters the initial margin only.
    _ <== slice.confidenceQ10;

    markE4Q128 <== position.markE4Q128;
    _ <== position.deltaQ128;
    _ <== position.forwardE4;
    _ <== position.settled;
    _ <== position.live;
}
