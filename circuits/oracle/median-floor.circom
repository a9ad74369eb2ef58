// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";

/**
 * @title MiddleValue
 * @notice A value below which and above which no more than so many of the counted ones lie.
 * @param COUNT how many values, at most 7
 * @param BITS their width, at most 251
 * @input value[COUNT] the values
 * @input isCounted[COUNT] 1 for those that count
 * @input middle the value in question
 * @input below how many counted ones may be less, doubled; below + 1 and above + 1 are at most 8
 * @input above how many may be greater, doubled
 * Assumes values below 2^BITS, booleans, and −1 ≤ below, above ≤ COUNT. Of the middle nothing: the
 * decomposition of value − middle + 2^BITS bounds it.
 * Guarantees both bounds. With n counted values and ⌊below/2⌋ + ⌊above/2⌋ = n − 1 at least one of them
 * equals the middle, and no other value meets both bounds: a greater one would have it and all that are
 * less below itself, one more than allowed; a lesser one likewise above.
 * Cost: COUNT · (BITS + 6) + 6 constraints.
 */
template MiddleValue(COUNT, BITS) {
    assert(COUNT <= 7);
    assert(BITS <= 251);
    signal input value[COUNT];
    signal input isCounted[COUNT];
    signal input middle;
    signal input below;
    signal input above;

    component order[COUNT];
    component same[COUNT];
    signal isLess[COUNT];
    signal isGreater[COUNT];
    var less = 0;
    var greater = 0;
    for (var i = 0; i < COUNT; i++) {
        // The top bit says whether value − middle is negative.
        order[i] = Num2Bits(BITS + 1);
        order[i].in <== value[i] - middle + (1 << BITS);
        for (var b = 0; b < BITS; b++) {
            _ <== order[i].out[b];
        }
        same[i] = IsEqual();
        same[i].in[0] <== value[i];
        same[i].in[1] <== middle;
        isLess[i] <== isCounted[i] * (1 - order[i].out[BITS]);
        isGreater[i] <== isCounted[i] * (order[i].out[BITS] - same[i].out);
        less += isLess[i];
        greater += isGreater[i];
    }

    // Not negative: three bits hold what is left of the bounds, and no difference of these wraps.
    component roomBelow = Num2Bits(3);
    roomBelow.in <== below - 2 * less;
    component roomAbove = Num2Bits(3);
    roomAbove.in <== above - 2 * greater;
    for (var b = 0; b < 3; b++) {
        _ <== roomBelow.out[b];
        _ <== roomAbove.out[b];
    }
}

/**
 * @title MedianFloor
 * @notice The median of the counted values; of an even number the mean of the middle two, floored.
 * @param COUNT how many values, at most 7
 * @param BITS their width, at most 251
 * @input value[COUNT] the values
 * @input isCounted[COUNT] 1 for those that count
 * @input counted how many that are, at least 1
 * @input lower, upper the middle two, or the middle one twice
 * @input median what is to be shown
 * Assumes values and median below 2^BITS, booleans, and counted their sum.
 * Guarantees that the median is the only value with a witness: lower has at most ⌊(n − 1)/2⌋ of n below
 * itself and at most ⌊n/2⌋ above, upper the reverse, which sum to n − 1 each time, and
 * lower + upper − 2·median is a bit.
 * Cost: twice MiddleValue and 1.
 */
template MedianFloor(COUNT, BITS) {
    signal input value[COUNT];
    signal input isCounted[COUNT];
    signal input counted;
    signal input lower;
    signal input upper;
    signal input median;

    component low = MiddleValue(COUNT, BITS);
    low.value <== value;
    low.isCounted <== isCounted;
    low.middle <== lower;
    low.below <== counted - 1;
    low.above <== counted;
    component high = MiddleValue(COUNT, BITS);
    high.value <== value;
    high.isCounted <== isCounted;
    high.middle <== upper;
    high.below <== counted;
    high.above <== counted - 1;

    signal odd <== lower + upper - 2 * median;
    odd * (odd - 1) === 0;
}
