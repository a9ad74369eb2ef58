// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-constant.circom";
include "arithmetic/range.circom";
include "arithmetic/shift.circom";
include "ledger/unpack-word.circom";

/**
 * @title EffectiveGeneral
 * @notice The general word under a step: the initial margin factor ahead of maintenance, rounded up;
 * perpetuals charged the funding payable, in the initial rate with the cure buffer on it.
 * @input generalWord G of the base set, 211 bits, enforced here
 * @input aheadQ20 at least 1, below 2^23
 * @input fundingBps 11 bits
 * @output effectiveWord G of the effective set
 * Assumes these widths. Guarantees the only such word; rates beyond 16 bits have no witness.
 * Cost: 323 constraints.
 */
template EffectiveGeneral() {
    signal input generalWord;
    signal input aheadQ20;
    signal input fundingBps;
    signal output effectiveWord;

    // version and maintenance factor | initial factor | cure buffer | short option | perpetual mm, im | rest
    var WIDTHS[7] = [24, 16, 16, 32, 16, 16, 91];
    component fields = UnpackWord(7, WIDTHS);
    fields.word <== generalWord;

    signal factor <== CeilShift(16, 20)(fields.field[1] * aheadQ20);
    signal maintenance <== fields.field[4] + fundingBps;
    _ <== Range(16)(maintenance);
    signal surcharge <== DivCeilConstant(10000, 16)(fundingBps * (10000 + fields.field[2]));
    signal initial <== fields.field[5] + surcharge;
    _ <== Range(16)(initial);

    effectiveWord <== fields.field[0] + factor * 2 ** 24 + fields.field[2] * 2 ** 40
        + fields.field[3] * 2 ** 56 + maintenance * 2 ** 88 + initial * 2 ** 104
        + fields.field[6] * 2 ** 120;
}
