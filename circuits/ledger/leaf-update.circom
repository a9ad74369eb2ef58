// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/hash-words.circom";

/**
 * @title LeafUpdate
 * @notice Replaces the leaf at an index of the quaternary account tree: the root before and the root
 * after, over the same siblings and the same account count.
 * @param DEPTH levels; 4^DEPTH leaves
 * @input previousLeaf, nextLeaf what stands at the index before and after
 * @input indexBit[2 · DEPTH] bits of the index, least significant first; two a level, from the leaf up
 * @input accountCount number of accounts, bound into both roots
 * @input children[DEPTH][4] all four children of every node on the path, before
 * @output previousLedgerRoot, nextLedgerRoot hashWords(LEDGER, [accountCount, treeRoot])
 * Assumes boolean bits. The children are free because the child that the bits select must equal the
 * value computed below it. Guarantees that previousLeaf is under previousLedgerRoot at the index, and
 * that the tree under nextLedgerRoot differs from it in that leaf and nowhere else.
 * Cost: 8,232 constraints at depth 12.
 */
template LeafUpdate(DEPTH) {
    signal input previousLeaf;
    signal input nextLeaf;
    signal input {binary} indexBit[2 * DEPTH];
    signal input accountCount;
    signal input children[DEPTH][4];
    signal output previousLedgerRoot;
    signal output nextLedgerRoot;

    component previousNode[DEPTH];
    component nextNode[DEPTH];
    signal even[DEPTH];
    signal odd[DEPTH];
    signal isLast[DEPTH];
    signal added[DEPTH][3];
    var previous = previousLeaf;
    var next = nextLeaf;
    for (var level = 0; level < DEPTH; level++) {
        var low = indexBit[2 * level];
        var high = indexBit[2 * level + 1];

        // 1. The child that the two bits choose is the node below.
        even[level] <== children[level][0] + low * (children[level][1] - children[level][0]);
        odd[level] <== children[level][2] + low * (children[level][3] - children[level][2]);
        high * (odd[level] - even[level]) === previous - even[level];

        // 2. The same child, and no other, becomes the new node below: what is added to the four is
        // next − previous in all.
        isLast[level] <== low * high;
        added[level][0] <== (low - isLast[level]) * (next - previous);
        added[level][1] <== (high - isLast[level]) * (next - previous);
        added[level][2] <== isLast[level] * (next - previous);
        var addedFirst = next - previous - added[level][0] - added[level][1] - added[level][2];

        previousNode[level] = HashWords(TAG_NODE(), 4);
        previousNode[level].word <== children[level];
        nextNode[level] = HashWords(TAG_NODE(), 4);
        nextNode[level].word[0] <== children[level][0] + addedFirst;
        for (var child = 1; child < 4; child++) {
            nextNode[level].word[child] <== children[level][child] + added[level][child - 1];
        }
        previous = previousNode[level].hash;
        next = nextNode[level].hash;
    }

    // 3. Count and tree make the roots.
    previousLedgerRoot <== HashWords(TAG_LEDGER(), 2)([accountCount, previous]);
    nextLedgerRoot <== HashWords(TAG_LEDGER(), 2)([accountCount, next]);
}
