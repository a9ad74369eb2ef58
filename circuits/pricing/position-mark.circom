// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/select.circom";
include "pricing/mark-valuation.circom";

/**
 * @title PositionMark
 * @notice Value and delta of one contract at mark, for statements that need no scenario.
 * @input underlying 0 or 1, selects indexE4[2] and perpetualMarkE4[2]
 * @input expiry, time unix seconds, 32 bits
 * @input the others as MarkValuation
 * @output markE4Q128, deltaQ128, forwardE4, settled of MarkValuation
 * @output live 1 when expiry > time
 * Assumes what MarkValuation assumes. Guarantees the values of the specification, bit for bit.
 * Cost: 801 constraints.
 */
template PositionMark() {
    signal input underlying;
    signal input occupied;
    signal input futureOrPut;
    signal input option;
    signal input strikeE4;
    signal input expiry;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input listed;
    signal input forwardRatioQ30;
    signal input settlementPriceE4;
    signal input aQ44;
    signal input bQ30;
    signal input cQ30;
    signal input mQ24;
    signal input sigmaQ24;
    signal input kMinQ10;
    signal input kMaxQ10;
    signal output markE4Q128;
    signal output deltaQ128;
    signal output forwardE4;
    signal output settled;
    signal output live;

    live <== LessThan(32)([time, expiry]);

    component mark = MarkValuation();
    mark.occupied <== occupied;
    mark.futureOrPut <== futureOrPut;
    mark.option <== option;
    mark.strikeE4 <== strikeE4;
    mark.live <== live;
    mark.indexE4 <== Select()(underlying, indexE4[0], indexE4[1]);
    mark.perpetualMarkE4 <== Select()(underlying, perpetualMarkE4[0], perpetualMarkE4[1]);
    mark.listed <== listed;
    mark.forwardRatioQ30 <== forwardRatioQ30;
    mark.settlementPriceE4 <== settlementPriceE4;
    mark.aQ44 <== aQ44;
    mark.bQ30 <== bQ30;
    mark.cQ30 <== cQ30;
    mark.mQ24 <== mQ24;
    mark.sigmaQ24 <== sigmaQ24;
    mark.kMinQ10 <== kMinQ10;
    mark.kMaxQ10 <== kMaxQ10;
    markE4Q128 <== mark.markE4Q128;
    deltaQ128 <== mark.deltaQ128;
    forwardE4 <== mark.forwardE4;
    settled <== mark.settled;

    // What only a scenario needs.
    _ <== mark.spotE4;
    _ <== mark.put;
    _ <== mark.payoffE4;
    _ <== mark.xQ20;
    _ <== mark.kNegative;
    _ <== mark.clampedKQ16;
    _ <== mark.stdDevQ32;
}
