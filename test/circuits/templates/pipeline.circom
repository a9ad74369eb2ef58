// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/poseidon.circom";

// A statement small enough for snarkjs to build its own keys for: the pipeline's fixture.
// hash = Poseidon(secret, context), amount = secret < 2^BITS, isZero = (secret == 0).
template Pipeline(BITS) {
    signal output hash;
    signal output amount;
    signal output isZero;
    signal input secret;
    signal input context;

    component bits = Num2Bits(BITS);
    bits.in <== secret;
    for (var i = 0; i < BITS; i++) {
        _ <== bits.out[i];
    }

    // Unique: secret * inverse is 1 unless secret is 0, and then isZero must be 1.
    signal inverse;
    inverse <-- secret != 0 ? 1 / secret : 0;
    isZero <== 1 - secret * inverse;
    isZero * secret === 0;

    hash <== Poseidon(2)([secret, context]);
    amount <== secret;
}
