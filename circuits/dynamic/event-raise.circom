// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";

/**
 * @title EventRaise
 * @notice The raise of the events in force: start ≤ time < start + seconds.
 * @input time 32 bits
 * @input start[4], seconds[4], raiseQ10[4] 32, 20 and 7 bits
 * @output raiseQ40 below 2^40
 * Assumes these widths. Guarantees the sum over those in force. Cost: 288 constraints.
 */
template EventRaise() {
    signal input time;
    signal input start[4];
    signal input seconds[4];
    signal input raiseQ10[4];
    signal output raiseQ40;

    component begun[4];
    component over[4];
    signal inForce[4];
    signal raise[4];
    var sum = 0;
    for (var i = 0; i < 4; i++) {
        begun[i] = MaxZero(33);
        begun[i].in <== time - start[i];
        _ <== begun[i].out;
        over[i] = MaxZero(33);
        over[i].in <== time - start[i] - seconds[i];
        _ <== over[i].out;
        inForce[i] <== (1 - begun[i].negative) * over[i].negative;
        raise[i] <== inForce[i] * raiseQ10[i];
        sum += raise[i];
    }
    raiseQ40 <== sum * 2 ** 30;
}
