// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";

/**
 * Integer square root for the hint: Newton's iteration from above, which falls until it is at the
 * floor. 0 for a negative number, which has none.
 */
function squareRootFloor(value) {
    if (value <= 0) {
        return 0;
    }
    var root = 1;
    for (var rest = value; rest > 0; rest = rest \ 4) {
        root = 2 * root;
    }
    var next = (root + value \ root) \ 2;
    while (next < root) {
        root = next;
        next = (root + value \ root) \ 2;
    }
    return root;
}

/**
 * @title SqrtFloor
 * @notice root = ⌊√in⌋.
 * @param BITS width of the root, at most 121
 * @input in an integer below 2^(2·BITS)
 * @output root its integer square root
 * Assumes |in| < 2^250, signed; it needs no range check of its own.
 * Guarantees root² ≤ in < (root + 1)² and root < 2^(BITS+1); a negative input has no witness.
 * @assumes in in [0 - 2 ** 250, 2 ** 250)
 * @ensures root in [0, 2 ** (BITS + 1))
 * @ensures in - root * root in [0, 2 ** (BITS + 1))
 * @ensures in in [0, 2 ** (2 * BITS + 3))
 * Cost: 2·BITS + 3 constraints.
 */
template SqrtFloor(BITS) {
    assert(BITS <= 121);
    signal input in;
    signal output root;

    root <-- squareRootFloor(in);

    // Unique: with r = in − root² and b = 2·root − r both in [0, 2^(BITS+1)), v = r + b = 2·root is
    // an integer below 2^(BITS+2) and 4·in = v² + 4r holds in the integers, both sides being smaller
    // than p/2 (so a negative `in` has no solution). Hence v is even, and root = v/2 with
    // 0 ≤ r ≤ 2·root is the floor, bounded without a check of its own.
    signal remainder <== in - root * root;
    component remainderRange = Range(BITS + 1);
    remainderRange.in <== remainder;
    _ <== remainderRange.out;
    component roomRange = Range(BITS + 1);
    roomRange.in <== 2 * root - remainder;
    _ <== roomRange.out;
}
