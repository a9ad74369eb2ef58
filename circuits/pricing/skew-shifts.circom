// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";

/**
 * @title SkewShifts
 * @notice clamp(⌊slope·k/2^16⌋, ±cap) and the same with |k|: what the four skewed vol factors add to 1
 * or take off it (docs/spec.md §4), by one division.
 * @input skewSlopeQ10 13 bits, skewCapQ10 10 bits
 * @input kQ16 clamped log-moneyness, 20 bits signed
 * @input kNegative 1 when kQ16 < 0
 * @output linearQ10 signed, |linearQ10| ≤ skewCapQ10
 * @output absoluteQ10 0 … skewCapQ10
 * Assumes the widths of its inputs. Guarantees the values of the specification where kNegative is the
 * sign of kQ16; where it is not (slices without a surface, whose deviation is 0) the shifts mean
 * nothing but a witness exists.
 * @assumes skewSlopeQ10 in [0, 2 ** 13)
 * @assumes skewCapQ10 in [0, 2 ** 10)
 * @assumes kQ16 in [0 - 2 ** 19, 2 ** 19)
 * @assumes kNegative in [0, 2)
 * Cost: 43 constraints.
 */
template SkewShifts() {
    signal input skewSlopeQ10;
    signal input skewCapQ10;
    signal input kQ16;
    signal input kNegative;
    signal output linearQ10;
    signal output absoluteQ10;

    // 1. |slope·k| and its floor.
    // Unique: low in [0, 2^16) and |cap − floor| ≤ 2^17 (step 2) make floor·2^16 + low an equation of
    // integers.
    signal absoluteKQ16 <== kQ16 - 2 * kNegative * kQ16;
    signal productQ26 <== skewSlopeQ10 * absoluteKQ16;
    signal low <-- (productQ26 + (1 << 40)) & ((1 << 16) - 1);
    component lowRange = Range(16);
    lowRange.in <== low;
    _ <== lowRange.out;
    signal floorQ10 <== (productQ26 - low) * (1 / (1 << 16));

    // 2. The smaller of floor and cap.
    component room = MaxZero(17);
    room.in <== skewCapQ10 - 1 - floorQ10;
    _ <== room.out;
    absoluteQ10 <== floorQ10 + room.negative * (skewCapQ10 - floorQ10);

    // 3. A negative number is rounded towards −∞: one more in magnitude, unless it is capped or whole.
    signal whole <== IsZero()(low);
    signal roundedUp <== kNegative * (1 - whole);
    signal magnitudeQ10 <== absoluteQ10 + (1 - room.negative) * roundedUp;
    linearQ10 <== magnitudeQ10 - 2 * kNegative * magnitudeQ10;
}
