// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/div-floor.circom";
include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";
include "arithmetic/shift.circom";

/**
 * @title VarianceRate
 * @notice The variance since the last step, clipped against bad prints, as a rate per second.
 * @input counterQ48, previousCounterQ48 64 bits, cumulative
 * @input longQ64 48 bits, the long average before the step
 * @input allowanceSeconds clipSeconds + clipFactor·elapsed, below 2^29
 * @input elapsed 1 … 2^20 − 1
 * @output rateQ64 65 bits: at most longQ64·allowanceSeconds / elapsed
 * Assumes these widths. Guarantees a counter that did not fall; else there is no witness.
 * Cost: 315 constraints.
 */
template VarianceRate() {
    signal input counterQ48;
    signal input previousCounterQ48;
    signal input longQ64;
    signal input allowanceSeconds;
    signal input elapsed;
    signal output {maxbit} rateQ64;
    rateQ64.maxbit = 65;

    signal varianceQ48 <== counterQ48 - previousCounterQ48;
    _ <== Range(64)(varianceQ48);
    signal allowedQ48 <== FloorShift(77, 16)(longQ64 * allowanceSeconds);
    component excess = MaxZero(64);
    excess.in <== varianceQ48 - allowedQ48;
    _ <== excess.negative;
    rateQ64 <== DivFloor(20, 65)((varianceQ48 - excess.out) * 2 ** 16, elapsed);
}
