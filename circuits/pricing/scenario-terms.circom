// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";

/**
 * @title ScenarioTerms
 * @notice Decodes a scenario's vol and roll codes once per underlying and picks the one tenor column
 * that its positions need, so that each of them interpolates one column and the skew cap.
 * @input vol[3] bits of the vol code, least significant first
 * @input roll[2] bits of the roll code, least significant first
 * @input floorVarianceRateQ64 of the underlying
 * @input volUpQ10, volDownQ10, skewSlopeQ10, rollLogQ10 [14] columns of the tenor table
 * @output volDirection, skewDirection, rollDirection 1, −1 or 0
 * @output skewLinear 1 for a skew in k, 0 otherwise
 * @output maskedFloorVarianceRateQ64 the rate when vol goes up, else 0
 * @output tenorColumnQ10[14] volUp, volDown, skewSlope or −rollLog (rising, so negated to fall); volUp
 * when the scenario uses none
 * Assumes boolean bits. Guarantees the codes of the specification; vol code 7, roll code 3, and a
 * roll together with a vol shock have no witness (the parameter loader refuses them).
 * Cost: 49 constraints.
 */
template ScenarioTerms() {
    signal input vol[3];
    signal input roll[2];
    signal input floorVarianceRateQ64;
    signal input volUpQ10[14];
    signal input volDownQ10[14];
    signal input skewSlopeQ10[14];
    signal input rollLogQ10[14];
    signal output volDirection;
    signal output skewDirection;
    signal output {binary} skewLinear;
    signal output rollDirection;
    signal output maskedFloorVarianceRateQ64;
    signal output tenorColumnQ10[14];

    // 1. Codes: 0 unchanged, 1 up, 2 down, 3 linear +, 4 linear −, 5 absolute +, 6 absolute −.
    signal code[8] <== OneHot(3)(vol);
    code[7] === 0;
    volDirection <== code[1] - code[2];
    skewDirection <== code[3] - code[4] + code[5] - code[6];
    skewLinear <== code[3] + code[4];
    maskedFloorVarianceRateQ64 <== code[1] * floorVarianceRateQ64;

    // 2. Roll: 0 none, 1 up, 2 down; only where vol is unchanged.
    roll[0] * roll[1] === 0;
    rollDirection <== roll[0] - roll[1];
    var rolled = roll[0] + roll[1];
    rolled * (1 - code[0]) === 0;

    // 3. The column: a choice of four by three exclusive flags.
    var skewed = code[3] + code[4] + code[5] + code[6];
    signal downTerm[14];
    signal skewTerm[14];
    signal rollTerm[14];
    for (var i = 0; i < 14; i++) {
        downTerm[i] <== code[2] * (volDownQ10[i] - volUpQ10[i]);
        skewTerm[i] <== skewed * (skewSlopeQ10[i] - volUpQ10[i]);
        rollTerm[i] <== rolled * (-rollLogQ10[i] - volUpQ10[i]);
        tenorColumnQ10[i] <== volUpQ10[i] + downTerm[i] + skewTerm[i] + rollTerm[i];
    }
}
