// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/poseidon.circom";

// circomlib's Poseidon, with the constants handed out by the row. A witness generator writes every
// array that a template is given or declares each time the template runs: circomlib gives all of a
// permutation's constants (2,244 at full width) to each of its 68 partial rounds, which is most of
// what the hash costs there. The constraint system is circomlib's, byte for byte.

/** Partial rounds by width; of full rounds there are always 8. */
function poseidonPartialRounds(width) {
    var ROUNDS[16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
    return ROUNDS[width - 2];
}

// A function's arrays have fixed sizes, so that there is one function a size; what lies beyond
// `count` is never read.
function poseidonSlice17(list, start, count) {
    var row[17];
    for (var i = 0; i < count; i++) {
        row[i] = list[start + i];
    }
    return row;
}

function poseidonSlice33(list, start, count) {
    var row[33];
    for (var i = 0; i < count; i++) {
        row[i] = list[start + i];
    }
    return row;
}

function poseidonSlice70(list, start, count) {
    var row[70];
    for (var i = 0; i < count; i++) {
        row[i] = list[start + i];
    }
    return row;
}

/** What a full round adds, from place `start` of the round constants on. */
function poseidonFullConstants(width, start) {
    return poseidonSlice17(POSEIDON_C(width), start, width);
}

/** What each partial round adds to the first element. */
function poseidonPartialConstants(width) {
    return poseidonSlice70(POSEIDON_C(width), 5 * width, poseidonPartialRounds(width));
}

/** The sparse matrix of a partial round: its first row, then its first column. */
function poseidonSparseMatrix(width, round) {
    return poseidonSlice33(POSEIDON_S(width), (2 * width - 1) * round, 2 * width - 1);
}

/**
 * @title PoseidonPermutation
 * @notice The first output of the Poseidon permutation over x^5 (https://eprint.iacr.org/2019/458,
 * tables 2 and 8), as circomlib's PoseidonEx(INPUTS, 1).
 * @param INPUTS 1 … 16
 * @param PARTIAL poseidonPartialConstants(INPUTS + 1)
 * @input inputs[INPUTS] field elements
 * @input initialState the element that is not an input
 * @output out[1] the first element of the permuted state
 * Assumes nothing. Guarantees out is the only value that belongs to the inputs.
 * Cost: 213 (1 input), 240 (2) to 609 (16) constraints.
 */
template PoseidonPermutation(INPUTS, PARTIAL) {
    signal input inputs[INPUTS];
    signal input initialState;
    signal output out[1];

    var WIDTH = INPUTS + 1;
    var PARTIAL_ROUNDS = poseidonPartialRounds(WIDTH);

    component ark[8];
    component sigmaF[8][WIDTH];
    component sigmaP[PARTIAL_ROUNDS];
    component mix[7];
    component mixS[PARTIAL_ROUNDS];
    component mixLast[1];

    ark[0] = Ark(WIDTH, poseidonFullConstants(WIDTH, 0), 0);
    ark[0].in[0] <== initialState;
    for (var j = 1; j < WIDTH; j++) {
        ark[0].in[j] <== inputs[j - 1];
    }

    // Full rounds 0, 1 and 2.
    for (var r = 0; r < 3; r++) {
        for (var j = 0; j < WIDTH; j++) {
            sigmaF[r][j] = Sigma();
            if (r == 0) {
                sigmaF[r][j].in <== ark[0].out[j];
            } else {
                sigmaF[r][j].in <== mix[r - 1].out[j];
            }
        }
        ark[r + 1] = Ark(WIDTH, poseidonFullConstants(WIDTH, (r + 1) * WIDTH), 0);
        for (var j = 0; j < WIDTH; j++) {
            ark[r + 1].in[j] <== sigmaF[r][j].out;
        }
        mix[r] = Mix(WIDTH, POSEIDON_M(WIDTH));
        for (var j = 0; j < WIDTH; j++) {
            mix[r].in[j] <== ark[r + 1].out[j];
        }
    }

    // Full round 3, whose matrix prepares the sparse ones.
    for (var j = 0; j < WIDTH; j++) {
        sigmaF[3][j] = Sigma();
        sigmaF[3][j].in <== mix[2].out[j];
    }
    ark[4] = Ark(WIDTH, poseidonFullConstants(WIDTH, 4 * WIDTH), 0);
    for (var j = 0; j < WIDTH; j++) {
        ark[4].in[j] <== sigmaF[3][j].out;
    }
    mix[3] = Mix(WIDTH, POSEIDON_P(WIDTH));
    for (var j = 0; j < WIDTH; j++) {
        mix[3].in[j] <== ark[4].out[j];
    }

    for (var r = 0; r < PARTIAL_ROUNDS; r++) {
        sigmaP[r] = Sigma();
        if (r == 0) {
            sigmaP[r].in <== mix[3].out[0];
        } else {
            sigmaP[r].in <== mixS[r - 1].out[0];
        }
        mixS[r] = MixS(WIDTH, poseidonSparseMatrix(WIDTH, r), 0);
        mixS[r].in[0] <== sigmaP[r].out + PARTIAL[r];
        for (var j = 1; j < WIDTH; j++) {
            if (r == 0) {
                mixS[r].in[j] <== mix[3].out[j];
            } else {
                mixS[r].in[j] <== mixS[r - 1].out[j];
            }
        }
    }

    // Full rounds 4, 5 and 6.
    for (var r = 4; r < 7; r++) {
        for (var j = 0; j < WIDTH; j++) {
            sigmaF[r][j] = Sigma();
            if (r == 4) {
                sigmaF[r][j].in <== mixS[PARTIAL_ROUNDS - 1].out[j];
            } else {
                sigmaF[r][j].in <== mix[r - 1].out[j];
            }
        }
        ark[r + 1] = Ark(WIDTH, poseidonFullConstants(WIDTH, (r + 1) * WIDTH + PARTIAL_ROUNDS), 0);
        for (var j = 0; j < WIDTH; j++) {
            ark[r + 1].in[j] <== sigmaF[r][j].out;
        }
        mix[r] = Mix(WIDTH, POSEIDON_M(WIDTH));
        for (var j = 0; j < WIDTH; j++) {
            mix[r].in[j] <== ark[r + 1].out[j];
        }
    }

    // Full round 7.
    for (var j = 0; j < WIDTH; j++) {
        sigmaF[7][j] = Sigma();
        sigmaF[7][j].in <== mix[6].out[j];
    }
    mixLast[0] = MixLast(WIDTH, POSEIDON_M(WIDTH), 0);
    for (var j = 0; j < WIDTH; j++) {
        mixLast[0].in[j] <== sigmaF[7][j].out;
    }
    out[0] <== mixLast[0].out;
}

/**
 * @title PoseidonHash
 * @notice The hash of a fixed number of field elements, as circomlib's Poseidon(INPUTS).
 * @param INPUTS 1 … 16
 * @input inputs[INPUTS] field elements
 * @output out the hash
 * Assumes nothing. Guarantees out is the only value that belongs to the inputs.
 * Cost: as PoseidonPermutation.
 */
template PoseidonHash(INPUTS) {
    signal input inputs[INPUTS];
    signal output out;

    component pEx = PoseidonPermutation(INPUTS, poseidonPartialConstants(INPUTS + 1));
    pEx.initialState <== 0;
    for (var i = 0; i < INPUTS; i++) {
        pEx.inputs[i] <== inputs[i];
    }
    out <== pEx.out[0];
}
