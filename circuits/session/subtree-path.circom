// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "ledger/hash-words.circom";

/**
 * @title SubtreePath
 * @notice A whole subtree of the ledger from its leaves, at its place under the root of the tree.
 * @param HEIGHT levels of the subtree, 1 or 2: 4^HEIGHT leaves
 * @param UP levels above it
 * @input leaf[4^HEIGHT] account leaves, 0 where there is none
 * @input number which subtree of that height
 * @input children[UP][4] of every node above the subtree
 * @input treeRoot of the ledger
 * @input isUsed flag; where it is 0 nothing is claimed
 * Assumes a boolean flag. Guarantees, where it is 1, that these are the leaves of subtree number, which
 * is below 4^UP. Cost: 323 constraints a level, and 318 a node of the subtree.
 */
template SubtreePath(HEIGHT, UP) {
    signal input leaf[4 ** HEIGHT];
    signal input number;
    signal input children[UP][4];
    signal input treeRoot;
    signal input isUsed;

    // 1. The subtree.
    var NODES = (4 ** HEIGHT - 1) \ 3;
    component inner[NODES];
    var level[4 ** HEIGHT];
    for (var i = 0; i < 4 ** HEIGHT; i++) {
        level[i] = leaf[i];
    }
    var made = 0;
    var size = 4 ** HEIGHT;
    for (var h = 0; h < HEIGHT; h++) {
        size = size \ 4;
        for (var i = 0; i < size; i++) {
            inner[made] = HashWords(TAG_NODE(), 4);
            for (var j = 0; j < 4; j++) {
                inner[made].word[j] <== level[4 * i + j];
            }
            level[i] = inner[made].hash;
            made++;
        }
    }

    // 2. Its number. One bit more than the tree has, for the unused subtree behind a full ledger: where
    // it is used that bit is 0, else it would stand for another subtree.
    component digit = Num2Bits(2 * UP + 1);
    digit.in <== number;
    isUsed * digit.out[2 * UP] === 0;

    // 3. The path.
    component node[UP];
    signal even[UP];
    signal odd[UP];
    signal chosen[UP];
    var current = level[0];
    for (var l = 0; l < UP; l++) {
        var low = digit.out[2 * l];
        even[l] <== children[l][0] + low * (children[l][1] - children[l][0]);
        odd[l] <== children[l][2] + low * (children[l][3] - children[l][2]);
        chosen[l] <== even[l] + digit.out[2 * l + 1] * (odd[l] - even[l]);
        isUsed * (chosen[l] - current) === 0;
        node[l] = HashWords(TAG_NODE(), 4);
        node[l].word <== children[l];
        current = node[l].hash;
    }
    isUsed * (current - treeRoot) === 0;
}
