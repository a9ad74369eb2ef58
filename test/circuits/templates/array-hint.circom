// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

function quotientAndRemainder(value, divisor) {
    return [value \ divisor, value % divisor];
}

// An array assigned from a function in one piece, and a check that is too weak on purpose: the
// remainder is not bounded, so a forged division by 7 is accepted.
template WeakDivision() {
    signal input value;
    signal output quotient;

    // Not unique: any quotient has a matching remainder.
    signal hint[2] <-- quotientAndRemainder(value, 7);
    hint[0] * 7 + hint[1] === value;
    quotient <== hint[0];
    signal square <== value * value;
    _ <== square;
}
