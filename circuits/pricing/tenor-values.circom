// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "pricing/tenor-width.circom";

/**
 * @title TenorValues
 * @notice Interpolates all five columns of the tenor table at τ, as TenorValue does one (docs/spec.md
 * §4). The five divisions share their divisor, so its power of two is taken out once and each
 * remainder needs one range check; and they are packed, three and two to a field element.
 * @input leaf[16], offset, width of TenorInterval
 * @input tenorVolUpQ10[14] 12 bits, tenorVolDownQ10[14], tenorSkewCapQ10[14] 10 bits,
 * tenorSkewSlopeQ10[14] 13 bits: non-increasing
 * @input tenorRollLogQ10[14] 7 bits, non-decreasing
 * @output volUpQ10, volDownQ10, skewCapQ10, skewSlopeQ10, rollLogQ10 at τ
 * Assumes what TenorInterval guarantees. Guarantees the values of the specification; a column that runs
 * the other way within the interval has no witness (the parameter loader refuses it).
 * @free top, rest
 * @assumes leaf in [0, 2)
 * @assumes offset in [0, 2 ** 32)
 * @assumes width in [1, 2 ** 26)
 * @assumes tenorVolUpQ10 in [0, 2 ** 12)
 * @assumes tenorVolDownQ10, tenorSkewCapQ10 in [0, 2 ** 10)
 * @assumes tenorSkewSlopeQ10 in [0, 2 ** 13)
 * @assumes tenorRollLogQ10 in [0, 2 ** 7)
 * Cost: 328 constraints.
 */
template TenorValues() {
    signal input leaf[16];
    signal input offset;
    signal input width;
    signal input tenorVolUpQ10[14];
    signal input tenorVolDownQ10[14];
    signal input tenorSkewCapQ10[14];
    signal input tenorSkewSlopeQ10[14];
    signal input tenorRollLogQ10[14];
    signal output volUpQ10;
    signal output volDownQ10;
    signal output skewCapQ10;
    signal output skewSlopeQ10;
    signal output rollLogQ10;

    var BITS[5] = [12, 10, 10, 13, 7];
    var LIMB = 67;
    signal column[5][14];
    for (var i = 0; i < 14; i++) {
        column[0][i] <== tenorVolUpQ10[i];
        column[1][i] <== tenorVolDownQ10[i];
        column[2][i] <== tenorSkewCapQ10[i];
        column[3][i] <== tenorSkewSlopeQ10[i];
        // A rising column is interpolated as its negative.
        column[4][i] <== -tenorRollLogQ10[i];
    }

    // 1. Where the columns start and by how much they fall. Knot i starts interval i + 2; before the
    // first knot its value holds. Columns 0 … 2 are limbs of group 0, columns 3 and 4 of group 1.
    signal start[5][14];
    signal fall[2][13];
    var from[5];
    var change[2] = [0, 0];
    for (var c = 0; c < 5; c++) {
        from[c] = 0;
        for (var i = 0; i < 14; i++) {
            start[c][i] <== (i == 0 ? leaf[0] + leaf[1] + leaf[2] : leaf[i + 2]) * column[c][i];
            from[c] += start[c][i];
        }
    }
    for (var i = 0; i < 13; i++) {
        for (var g = 0; g < 2; g++) {
            var packed = 0;
            for (var c = 3 * g; c < 3 + 2 * g; c++) {
                packed += (column[c][i] - column[c][i + 1]) * (1 << (LIMB * (c - 3 * g)));
            }
            fall[g][i] <== leaf[i + 2] * packed;
            change[g] += fall[g][i];
        }
    }

    // 2. Quotients, and remainders scaled like the divisor to N = scaledWidth in [2^25, 2^26): 25 bits
    // plus `top` times N − 2^25 reach every number of [0, N) and no other (as in D1Cell).
    component divisor = TenorWidth();
    divisor.width <== width;
    signal quotient[5];
    signal top[5];
    signal rest[5];
    signal upper[5];
    component quotientRange[5];
    component restRange[5];
    var quotients[2] = [0, 0];
    var remainders[2] = [0, 0];
    for (var c = 0; c < 5; c++) {
        var g = c \ 3;
        var dividend = 0;
        for (var i = 0; i < 13; i++) {
            dividend += leaf[i + 2] == 0 ? 0 : column[c][i] - column[c][i + 1];
        }
        dividend = dividend * offset;
        var floored = width == 0 ? 0 : dividend \ width;
        var scaled = (dividend - floored * width) * divisor.scale;

        // Unique, all three: step 3 makes (fall·offset − quotient·width)·scale = rest + upper an
        // equation of integers, so 0 ≤ fall·offset − quotient·width < width: Euclid. Only `top` may be
        // chosen in the overlap of its two ranges, and then changes nothing but itself and the rest.
        quotient[c] <-- floored;
        quotientRange[c] = Range(BITS[c]);
        quotientRange[c].in <== quotient[c];
        _ <== quotientRange[c].out;
        top[c] <-- scaled >= (1 << 25) ? 1 : 0; // unique: see above
        top[c] * (top[c] - 1) === 0;
        upper[c] <== top[c] * (divisor.scaledWidth - (1 << 25));
        rest[c] <-- scaled >= (1 << 25) ? scaled - divisor.scaledWidth + (1 << 25) : scaled;
        restRange[c] = Range(25);
        restRange[c].in <== rest[c];
        _ <== restRange[c].out;
        quotients[g] += quotient[c] * (1 << (LIMB * (c - 3 * g)));
        remainders[g] += (rest[c] + upper[c]) * (1 << (LIMB * (c - 3 * g)));
    }

    // 3. Unique per limb: a fall is below 2^13 and 0 outside the knots, between them the offset is below
    // 2^26, and a quotient and the width are below 2^13 and 2^26, so the two sides of a limb differ by
    // less than (2·2^39)·2^25 + 2^27 < 2^66; three limbs 67 bits apart do not wrap.
    signal product[2];
    signal multiple[2];
    for (var g = 0; g < 2; g++) {
        product[g] <== change[g] * offset;
        multiple[g] <== quotients[g] * width;
        (product[g] - multiple[g]) * divisor.scale === remainders[g];
    }
    volUpQ10 <== from[0] - quotient[0];
    volDownQ10 <== from[1] - quotient[1];
    skewCapQ10 <== from[2] - quotient[2];
    skewSlopeQ10 <== from[3] - quotient[3];
    rollLogQ10 <== quotient[4] - from[4];
}
