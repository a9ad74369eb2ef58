// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/poseidon.circom";

// The hash of 1, 1 + STEP, … inputs, by circomlib and by our own template: to be compared byte by byte.
template LibraryPoseidonSizes(COUNT, STEP) {
    signal input inputs[1 + (COUNT - 1) * STEP];
    signal output out[COUNT];

    component hash[COUNT];
    for (var k = 0; k < COUNT; k++) {
        var size = 1 + k * STEP;
        hash[k] = Poseidon(size);
        for (var i = 0; i < size; i++) {
            hash[k].inputs[i] <== inputs[i];
        }
        out[k] <== hash[k].out;
    }
}

template PoseidonSizes(COUNT, STEP) {
    signal input inputs[1 + (COUNT - 1) * STEP];
    signal output out[COUNT];

    component hash[COUNT];
    for (var k = 0; k < COUNT; k++) {
        var size = 1 + k * STEP;
        hash[k] = PoseidonHash(size);
        for (var i = 0; i < size; i++) {
            hash[k].inputs[i] <== inputs[i];
        }
        out[k] <== hash[k].out;
    }
}
