// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// The scenario layout of version 1 (docs/spec.md §2.5), ids 1 … 32: what a statement over the whole
// grid is compiled for.

/** Vol code of a scenario: 0 unchanged, 1 up, 2 down, 3 … 6 linear +, −, absolute +, −. */
function volCodeOf(id) {
    var codes[33] = [
        0,
        1, 2, 1, 2, 1, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 1,
        1, 1, 1, 1, 1, 1,
        3, 4, 5, 6,
        0, 0
    ];
    return codes[id];
}

/** Roll code of a scenario: 0 none, 1 up, 2 down. */
function rollCodeOf(id) {
    return id > 30 ? id - 30 : 0;
}

/** 1 when the spot price moves: the multiplier and the log move are free fields of the lane. */
function isMovedScenario(id) {
    return id >= 3 && id <= 26 ? 1 : 0;
}

/** 1 when the damping is a free field of the lane; it is 2^16 in the others. */
function isDampedScenario(id) {
    return id >= 21 && id <= 26 ? 1 : 0;
}
