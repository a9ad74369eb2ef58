// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "pricing/tenor-interval.circom";
include "pricing/tenor-value.circom";

// A wide and a narrow column at one time to expiry.
template Tenor() {
    signal input expiry;
    signal input time;
    signal input tauSeconds[14];
    signal input column[14];
    signal input cap[14];
    signal output live;
    signal output positiveTau;
    signal output value;
    signal output capValue;

    component interval = TenorInterval();
    interval.expiry <== expiry;
    interval.time <== time;
    interval.tauSeconds <== tauSeconds;
    live <== interval.live;
    positiveTau <== interval.positiveTau;

    component wide = TenorValue(13);
    wide.leaf <== interval.leaf;
    wide.offset <== interval.offset;
    wide.width <== interval.width;
    wide.column <== column;
    value <== wide.value;
    component narrow = TenorValue(10);
    narrow.leaf <== interval.leaf;
    narrow.offset <== interval.offset;
    narrow.width <== interval.width;
    narrow.column <== cap;
    capValue <== narrow.value;
}
