// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "arithmetic/range.circom";
include "ledger/hash-words.circom";

/**
 * @title LedgerPath
 * @notice Opens the leaf at an index of the quaternary account tree and binds the account count.
 * @param DEPTH levels; 4^DEPTH leaves
 * @input leaf the account leaf
 * @input leafIndex its index; base-4 digits, least significant at the leaf's level
 * @input accountCount number of accounts, bound into the root
 * @input children[DEPTH][4] all four children of every node on the path
 * @output ledgerRoot hashWords(LEDGER, [accountCount, treeRoot])
 * Assumes nothing: the index is decomposed here, and children are free because the child that the
 * digit selects must equal the value computed below it.
 * Guarantees leaf is in the tree under ledgerRoot at leafIndex, 0 ≤ leafIndex < accountCount ≤
 * leafIndex + 4^DEPTH.
 * Cost: 4,158 constraints at depth 12.
 */
template LedgerPath(DEPTH) {
    signal input leaf;
    signal input leafIndex;
    signal input accountCount;
    signal input children[DEPTH][4];
    signal output ledgerRoot;

    // 1. The index has DEPTH base-4 digits.
    component digit = Num2Bits(2 * DEPTH);
    digit.in <== leafIndex;

    // 2. It is below the count: an index beyond would open an empty leaf as an account.
    component remaining = Range(2 * DEPTH);
    remaining.in <== accountCount - 1 - leafIndex;
    _ <== remaining.out;

    // 3. Level by level, the child chosen by the digit is the node below.
    component node[DEPTH];
    signal even[DEPTH];
    signal odd[DEPTH];
    signal chosen[DEPTH];
    var current = leaf;
    for (var level = 0; level < DEPTH; level++) {
        var low = digit.out[2 * level];
        var high = digit.out[2 * level + 1];
        even[level] <== children[level][0] + low * (children[level][1] - children[level][0]);
        odd[level] <== children[level][2] + low * (children[level][3] - children[level][2]);
        chosen[level] <== even[level] + high * (odd[level] - even[level]);
        chosen[level] === current;

        node[level] = HashWords(TAG_NODE(), 4);
        node[level].word <== children[level];
        current = node[level].hash;
    }

    // 4. Count and tree make the root.
    ledgerRoot <== HashWords(TAG_LEDGER(), 2)([accountCount, current]);
}
