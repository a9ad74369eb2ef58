// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title OneHot
 * @notice Turns a number given in bits into 2^BITS leaves of which only the numbered one is 1.
 * @param BITS number of bits, at least 1
 * @input bit[BITS] least significant first
 * @output leaf[2^BITS] leaf[i] is 1 exactly when the bits spell i
 * Assumes boolean bits. Guarantees the leaves sum to 1 without a constraint for it: each level splits
 * every leaf into two parts with the same sum.
 * Cost: 2^BITS − BITS − 1 constraints (the last product of a level follows from the others).
 */
template OneHot(BITS) {
    assert(BITS >= 1);
    signal input bit[BITS];
    signal output leaf[2 ** BITS];

    var node[2 ** BITS];
    node[0] = 1;
    signal upper[2 ** BITS - 1];
    // Doubled, where a power of two would cost a witness generator a whole exponentiation.
    var nodes = 1;
    for (var level = 0; level < BITS; level++) {
        // The top bit first, so that leaf i ends at position i.
        var digit = BITS - 1 - level;
        var first = nodes - 1;
        var next[2 ** BITS];
        var known = 0;
        for (var i = 0; i < nodes; i++) {
            if (i < nodes - 1) {
                upper[first + i] <== node[i] * bit[digit];
            } else {
                upper[first + i] <== bit[digit] - known;
            }
            known += upper[first + i];
            next[2 * i] = node[i] - upper[first + i];
            next[2 * i + 1] = upper[first + i];
        }
        nodes += nodes;
        for (var i = 0; i < nodes; i++) {
            node[i] = next[i];
        }
    }
    for (var i = 0; i < 2 ** BITS; i++) {
        leaf[i] <== node[i];
    }
}

/**
 * @title MaskedOneHot
 * @notice OneHot whose leaves are all 0 when the mask is 0.
 * @param BITS number of bits, at least 1
 * @input mask 0 or 1
 * @input bit[BITS] least significant first
 * @output leaf[2^BITS] leaf[i] is 1 exactly when mask is 1 and the bits spell i
 * Assumes boolean mask and bits. Guarantees the leaves sum to the mask.
 * Cost: 2^BITS − 1 constraints.
 */
template MaskedOneHot(BITS) {
    assert(BITS >= 1);
    signal input mask;
    signal input bit[BITS];
    signal output leaf[2 ** BITS];

    // A binary heap: the children of node i are 2i + 1 (next bit 0) and 2i + 2 (next bit 1).
    signal node[2 ** (BITS + 1) - 1];
    node[0] <== mask;
    var first = 0;
    for (var level = 0; level < BITS; level++) {
        for (var i = first; i <= 2 * first; i++) {
            node[2 * i + 2] <== node[i] * bit[BITS - 1 - level];
            node[2 * i + 1] <== node[i] - node[2 * i + 2];
        }
        first += first + 1;
    }
    for (var i = 0; i < 2 ** BITS; i++) {
        leaf[i] <== node[2 ** BITS - 1 + i];
    }
}
