// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";

/**
 * @title VolFactor
 * @notice Factor of the standard deviation in a scenario: 1 ± the tenor table's shock, or
 * 1 ± clamp(slope·k, ±cap) with k or |k|.
 * @input volDirection, skewDirection 1, −1 or 0, at most one of them not 0
 * @input skewLinear 1 when the skew follows k, 0 when |k|
 * @input columnQ10 the tenor value that the scenario uses, 13 bits (a skew's slope)
 * @input skewCapQ10 10 bits
 * @input kQ16 clamped log-moneyness, 20 bits signed
 * @input kNegative 1 when kQ16 < 0
 * @output factorQ10 1 … 5,119
 * Assumes the widths of its inputs. Guarantees the value of the specification where kNegative is
 * the sign of kQ16; where it is not (slices without a surface, whose deviation is 0) the factor means
 * nothing but a witness exists.
 * @assumes volDirection, skewDirection in [0 - 1, 2)
 * @assumes skewLinear, kNegative in [0, 2)
 * @assumes columnQ10 in [0 - 2 ** 7, 2 ** 13)
 * @assumes skewCapQ10 in [0, 2 ** 10)
 * @assumes kQ16 in [0 - 2 ** 19, 2 ** 19)
 * Cost: 41 constraints.
 */
template VolFactor() {
    signal input volDirection;
    signal input skewDirection;
    signal input skewLinear;
    signal input columnQ10;
    signal input skewCapQ10;
    signal input kQ16;
    signal input kNegative;
    signal output factorQ10;

    // 1. |slope·k|, to be rounded towards −∞: up in magnitude where the skew is negative.
    signal skewNegative <== skewLinear * kNegative;
    signal absoluteKQ16 <== kQ16 - 2 * kNegative * kQ16;
    signal productQ26 <== columnQ10 * absoluteKQ16;
    signal roundedUpQ26 <== productQ26 + skewNegative * (2 ** 16 - 1);

    // 2. Its floor, and the smaller of that and the cap.
    // Unique: low in [0, 2^16) and |cap − floor| ≤ 2^17 make floor·2^16 + low an equation of
    // integers.
    signal low <-- (roundedUpQ26 + 2 ** 40) % 2 ** 16;
    component lowRange = Range(16);
    lowRange.in <== low;
    _ <== lowRange.out;
    signal floorQ10 <== (roundedUpQ26 - low) * (1 / 2 ** 16);
    component room = MaxZero(17);
    room.in <== skewCapQ10 - floorQ10;
    _ <== room.negative;
    signal magnitudeQ10 <== skewCapQ10 - room.out;

    // 3. The factor.
    signal volTerm <== volDirection * columnQ10;
    signal skewSign <== skewDirection * (1 - 2 * skewNegative);
    signal skewTerm <== skewSign * magnitudeQ10;
    factorQ10 <== 2 ** 10 + volTerm + skewTerm;
}
