// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

/**
 * @title Route
 * @notice Adds up amounts per underlying.
 * @param COUNT number of amounts
 * @input underlying[COUNT] 0 or 1
 * @input amount[COUNT]
 * @output total[2] sum of the amounts of each underlying
 * Assumes underlying boolean. Guarantees the sums in the field. Cost: COUNT constraints.
 */
template Route(COUNT) {
    signal input underlying[COUNT];
    signal input amount[COUNT];
    signal output total[2];

    signal second[COUNT];
    var sum[2] = [0, 0];
    for (var i = 0; i < COUNT; i++) {
        second[i] <== underlying[i] * amount[i];
        sum[0] += amount[i] - second[i];
        sum[1] += second[i];
    }
    total <== sum;
}
