// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/comparators.circom";
include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";
include "arithmetic/shift.circom";
include "pricing/logarithm-q72.circom";

/**
 * @title MixedLog
 * @notice Half the logarithm of (weighted variance ÷ unit variance): where the multiplier would go by
 * variance alone. The implied variance only raises.
 * @input fastQ64, longQ64, impliedRateQ64, baseRateQ64 48 bits
 * @input weightBaseQ16, weightLongQ16, weightFastQ16, impliedWeightQ16 17 bits, the first three together
 * 2^16
 * @input unitLogQ72 77 bits
 * @output logQ40 signed, |logQ40| < 2^45
 * Assumes these widths. Guarantees the value of the specification; an implied weight above 1 has none for
 * large rates.
 * Cost: 302 constraints.
 */
template MixedLog() {
    signal input fastQ64;
    signal input longQ64;
    signal input impliedRateQ64;
    signal input baseRateQ64;
    signal input weightBaseQ16;
    signal input weightLongQ16;
    signal input weightFastQ16;
    signal input impliedWeightQ16;
    signal input unitLogQ72;
    signal output logQ40;

    signal baseTerm <== weightBaseQ16 * baseRateQ64;
    signal longTerm <== weightLongQ16 * longQ64;
    signal fastTerm <== weightFastQ16 * fastQ64;
    signal implied <== impliedWeightQ16 * impliedRateQ64;
    component above = MaxZero(65);
    above.in <== baseTerm + longTerm + fastTerm - implied;
    _ <== above.negative;
    signal mixed <== FloorShift(64, 24)(implied + above.out);

    signal isZero <== IsZero()(mixed);
    signal {maxbit} atLeastOne;
    atLeastOne.maxbit = 40;
    atLeastOne <== mixed + isZero;
    signal lnQ72 <== LogarithmQ72()(atLeastOne);
    // Above zero by the bias, a multiple of 2^33: the floor is that of the signed number.
    signal biasedLog <== FloorShift(79, 33)(lnQ72 - unitLogQ72 + 2 ** 78);
    logQ40 <== biasedLog - 2 ** 45;
}
