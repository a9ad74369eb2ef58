// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/tenor-interval.circom";
include "pricing/tenor-values.circom";

// All columns at one time to expiry.
template TenorGrid() {
    signal input expiry;
    signal input time;
    signal input tauSeconds[14];
    signal input volUpQ10[14];
    signal input volDownQ10[14];
    signal input skewCapQ10[14];
    signal input skewSlopeQ10[14];
    signal input rollLogQ10[14];
    signal output value[5];

    component interval = TenorInterval();
    interval.expiry <== expiry;
    interval.time <== time;
    interval.tauSeconds <== tauSeconds;
    _ <== interval.live;
    _ <== interval.positiveTau;
    component values = TenorValues();
    values.leaf <== interval.leaf;
    values.offset <== interval.offset;
    values.width <== interval.width;
    values.tenorVolUpQ10 <== volUpQ10;
    values.tenorVolDownQ10 <== volDownQ10;
    values.tenorSkewCapQ10 <== skewCapQ10;
    values.tenorSkewSlopeQ10 <== skewSlopeQ10;
    values.tenorRollLogQ10 <== rollLogQ10;
    value <== [
        values.volUpQ10, values.volDownQ10, values.skewCapQ10, values.skewSlopeQ10, values.rollLogQ10
    ];
}
