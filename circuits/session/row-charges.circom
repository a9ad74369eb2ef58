// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/select.circom";

/**
 * @title RowCharges
 * @notice What a lot of an instrument adds to contingencies and notional (docs/spec.md §10.4); nothing
 * once it is settled.
 * @input underlying, isPerpetual, isFuture, isCall, isPut of Slot; isSettled, markE4 of RowArray
 * @input indexE4[2] of the snapshot; shortOptionBps, perpetualBps, futureBps maintenance rates
 * @output isMoved 1 for a perpetual, and a future that is not settled
 * @output longChargeE8, shortChargeE8 of a lot held long or short, below 2^59
 * @output notionalE4 index of an open option, price of what is moved, below 2^43
 * Assumes the flags of one slot. Guarantees the amounts. Cost: 10 constraints.
 */
template RowCharges() {
    signal input underlying;
    signal input {binary} isPerpetual;
    signal input {binary} isFuture;
    signal input {binary} isCall;
    signal input {binary} isPut;
    signal input isSettled;
    signal input markE4;
    signal input indexE4[2];
    signal input shortOptionBps;
    signal input perpetualBps;
    signal input futureBps;
    signal output isMoved;
    signal output longChargeE8;
    signal output shortChargeE8;
    signal output notionalE4;

    // A perpetual never settles, and the mark of what is moved is its price.
    signal openFuture <== isFuture * (1 - isSettled);
    isMoved <== isPerpetual + openFuture;
    signal perpetualRate <== isPerpetual * perpetualBps;
    signal futureRate <== openFuture * futureBps;
    longChargeE8 <== (perpetualRate + futureRate) * markE4;

    signal openOption <== (isCall + isPut) * (1 - isSettled);
    signal index <== Select()(underlying, indexE4[0], indexE4[1]);
    signal optionIndex <== openOption * index;
    signal optionCharge <== optionIndex * shortOptionBps;
    shortChargeE8 <== longChargeE8 + optionCharge;

    signal movedPrice <== isMoved * markE4;
    notionalE4 <== optionIndex + movedPrice;
}
