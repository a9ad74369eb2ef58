// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/tenor-value.circom";

/**
 * @title TenorValues
 * @notice All five columns of the tenor table at τ (docs/spec.md §4).
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
    volUpQ10 <== TenorValue(12)(leaf, offset, width, tenorVolUpQ10);
    volDownQ10 <== TenorValue(10)(leaf, offset, width, tenorVolDownQ10);
    skewCapQ10 <== TenorValue(10)(leaf, offset, width, tenorSkewCapQ10);
    skewSlopeQ10 <== TenorValue(13)(leaf, offset, width, tenorSkewSlopeQ10);
    var falling[14];
    for (var i = 0; i < 14; i++) {
        falling[i] = -tenorRollLogQ10[i];
    }
    signal negatedQ10 <== TenorValue(7)(leaf, offset, width, falling);
    rollLogQ10 <== -negatedQ10;
}
