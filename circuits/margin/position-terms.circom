// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title PositionTerms
 * @notice What one position contributes to the contingency sums (docs/spec.md §5). Settled instruments
 * contribute nothing.
 * @input lots signed 27 bits; isNegative its sign
 * @input isPerpetual, isFuture, isOption, isSettled flags
 * @input forwardE4 of a dated position, at most 2^39
 * @output isOpenOption 1 for an option that is not settled
 * @output shortOptionLots |lots| of a short option, else 0
 * @output perpetualLots |lots| of a perpetual, else 0
 * @output futureLots |lots| of a future, else 0
 * @output futureNotionalE6 forward · |lots| of a future, else 0
 * Assumes the flags boolean and consistent (Slot, PositionMark). Guarantees the amounts.
 * Cost: 7 constraints.
 */
template PositionTerms() {
    signal input lots;
    signal input {binary} isNegative;
    signal input {binary} isPerpetual;
    signal input {binary} isFuture;
    signal input isOption;
    signal input isSettled;
    signal input forwardE4;
    signal output isOpenOption;
    signal output shortOptionLots;
    signal output perpetualLots;
    signal output futureLots;
    signal output futureNotionalE6;

    signal shortLots <== -isNegative * lots;
    signal absoluteLots <== lots + 2 * shortLots;

    isOpenOption <== isOption * (1 - isSettled);
    shortOptionLots <== isOpenOption * shortLots;

    perpetualLots <== isPerpetual * absoluteLots;

    signal isLiveFuture <== isFuture * (1 - isSettled);
    futureLots <== isLiveFuture * absoluteLots;
    futureNotionalE6 <== futureLots * forwardE4;
}
