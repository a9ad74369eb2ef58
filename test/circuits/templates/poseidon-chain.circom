// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/poseidon.circom";

// What a prover finds hardest: hardly a wire is small, and simplification makes every row long.
// end = LENGTH times Poseidon(., start), starting from start.
template PoseidonChain(LENGTH) {
    signal output end;
    signal input start;

    signal states[LENGTH + 1];
    states[0] <== start;
    for (var i = 0; i < LENGTH; i++) {
        states[i + 1] <== PoseidonHash(2)([states[i], start]);
    }
    end <== states[LENGTH];
}
