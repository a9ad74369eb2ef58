// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";
include "circomlib/circuits/comparators.circom";
include "arithmetic/range.circom";
include "arithmetic/shift.circom";
include "ledger/scenario-layout.circom";

/** damping · ⌊loss / 2^152⌋ of a loss, 0 of a gain: for the hints. */
function dampedLossQ16(lossE6Q152, dampingQ16) {
    return lossE6Q152 < 0 ? 0 : (lossE6Q152 >> 152) * dampingQ16;
}

/**
 * @title WorstScenario
 * @notice The largest damped loss over ids 0 … 32 and the lowest id that reaches it (docs/spec.md §5),
 * under the scenario layout of version 1.
 * @input lossE6Q152[32] unfloored losses of ids 1 … 32, |·| < 2^233 and no two of them 2^233 apart
 * @input dampingQ16[32] 17 bits, 2^16 except where the layout leaves it free
 * @output scanQ16 max(0, max damping·⌊loss/2^152⌋), below 2^99
 * @output worstId the lowest id that reaches scanQ16, 0 when nothing loses
 * Assumes the ranges of the inputs. Guarantees both outputs, exactly; losses within the ranges have a
 * witness.
 * @assumes lossE6Q152 in [1 - 2 ** 233, 2 ** 233)
 * Cost: 8,261 constraints.
 */
template WorstScenario() {
    signal input lossE6Q152[32];
    signal input {maxbit} dampingQ16[32];
    signal output {maxbit} scanQ16;
    signal output {maxbit} worstId;
    assert(dampingQ16.maxbit <= 17);
    scanQ16.maxbit = 99;
    worstId.maxbit = 6;

    var scan = 0;
    var worst = 0;
    for (var i = 0; i < 32; i++) {
        var candidate = dampedLossQ16(lossE6Q152[i], dampingQ16[i]);
        if (candidate > scan) {
            scan = candidate;
            worst = i + 1;
        }
    }

    // 1. The maximum and the id, as one of 33 flags.
    // Unique: scan is in [0, 2^99); the excess of step 3 says that every id's damped loss is at most
    // the scan, and strictly less for the ids below the flagged one, whose own it equals. So scan is
    // the maximum and the flag stands at the lowest id that reaches it.
    signal maximum <-- scan;
    component scanBits = Num2Bits(99);
    scanBits.in <== maximum;
    scanQ16 <== maximum;
    signal isWorst[33];
    var flags = 0;
    var id = 0;
    for (var i = 0; i < 33; i++) {
        isWorst[i] <-- worst == i ? 1 : 0; // unique: see above
        isWorst[i] * (isWorst[i] - 1) === 0;
        flags += isWorst[i];
        id += i * isWorst[i];
    }
    flags === 1;
    worstId <== id;

    // 2. Id 0 loses nothing: it is the worst exactly when the scan is 0.
    signal nothing <== IsZero()(maximum);
    isWorst[0] === nothing;

    // 3. Every other id. Undamped, damping·n ≤ scan is n ≤ ⌊scan/2^16⌋, strictly less ⌊(scan − 1)/2^16⌋,
    // and n ≤ b is loss ≤ (b + 1)·2^152 − 1: one range check of exact integers instead of a floor and
    // a comparison. Its upper bits are b − n. With b < 2^83 all of it stays below 2^236.
    var whole = 0;
    var fraction = 0;
    for (var i = 0; i < 16; i++) {
        fraction += scanBits.out[i] * (1 << i);
    }
    for (var i = 16; i < 99; i++) {
        whole += scanBits.out[i] * (1 << (i - 16));
    }
    signal even <== IsZero()(fraction);
    var below = 1 - isWorst[0];
    signal bound[26];
    component room[26];
    component floored[6];
    component excess[6];
    signal damped[6];
    var undampedCount = 0;
    var dampedCount = 0;
    for (var i = 0; i < 32; i++) {
        // 1 for the ids below the worst.
        below -= isWorst[i + 1];
        var excessQ16 = 0;
        if (isDampedScenario(i + 1) == 0) {
            var k = undampedCount;
            undampedCount++;
            bound[k] <== whole - even * below;
            room[k] = Num2Bits(233);
            room[k].in <== (bound[k] + 1) * (1 << 152) - 1 - lossE6Q152[i];
            for (var b = 0; b < 152; b++) {
                _ <== room[k].out[b];
            }
            for (var b = 152; b < 233; b++) {
                excessQ16 += room[k].out[b] * (1 << (b - 136));
            }
            excessQ16 += fraction;
            _ <== dampingQ16[i];
        } else {
            var k = dampedCount;
            dampedCount++;
            floored[k] = FloorShift(234, 152);
            floored[k].in <== (1 << 233) + lossE6Q152[i];
            damped[k] <== dampingQ16[i] * (floored[k].out - (1 << 81));
            excess[k] = Range(100);
            excess[k].in <== maximum - below - damped[k];
            excessQ16 = excess[k].out;
        }
        isWorst[i + 1] * excessQ16 === 0;
    }
}
