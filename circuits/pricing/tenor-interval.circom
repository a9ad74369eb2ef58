// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/one-hot.circom";
include "arithmetic/range.circom";

/** Number of the interval of τ among those of TenorInterval, for the hint. */
function tenorIntervalOf(tau, knots) {
    if (tau <= 0) {
        return 0;
    }
    var interval = 1;
    for (var i = 0; i < 14; i++) {
        if (tau >= knots[i]) {
            interval = i + 2;
        }
    }
    return interval;
}

/**
 * @title TenorInterval
 * @notice Finds where the time to expiry stands in the tenor table, and with it whether the
 * instrument is live. 16 intervals: 0 expired (τ ≤ 0), 1 below the first knot, 2 … 14 between
 * knots, 15 from the last knot on.
 * @input expiry, time unix seconds, 32 bits
 * @input tauSeconds[14] knots, strictly increasing from ≥ 1, the first and every gap below 2^26
 * @output leaf[16] one-hot interval
 * @output live 1 exactly when τ = expiry − time ≥ 1
 * @output positiveTau max(0, τ)
 * @output offset seconds since the knot below, 0 … width − 1 between knots
 * @output width seconds between the knots, ≥ 1 (1 at both flat ends, where it plays no part)
 * Assumes the knots as the parameter loader enforces them, and 32-bit times. Guarantees the only
 * interval that holds τ.
 * @assumes expiry, time in [0, 2 ** 32)
 * @assumes tauSeconds in [0, 2 ** 32)
 * @assumes tauSeconds[0] in [1, 2 ** 26)
 * @assumes tauSeconds[i + 1] - tauSeconds[i] in [1, 2 ** 26) for i < 13
 * Cost: 103 constraints.
 */
template TenorInterval() {
    signal input expiry;
    signal input time;
    signal input tauSeconds[14];
    signal output {binary} leaf[16];
    signal output {binary} live;
    signal output positiveTau;
    signal output offset;
    signal output width;

    // 1. The interval's number as four hinted bits.
    // Unique: the intervals partition the integers, and step 3 allows only the one that holds τ.
    signal tau <== expiry - time;
    var interval = tenorIntervalOf(tau, tauSeconds);
    signal bit[4];
    for (var i = 0; i < 4; i++) {
        bit[i] <-- (interval >> i) & 1; // unique: see above
        bit[i] * (bit[i] - 1) === 0;
    }
    leaf <== OneHot(4)(bit);
    live <== 1 - leaf[0];

    // 2. Its first second and its length. Below the first knot it starts at τ = 1.
    signal lower[14];
    signal length[14];
    var first = leaf[1];
    var seconds = leaf[0] + leaf[15];
    for (var i = 0; i < 14; i++) {
        lower[i] <== leaf[i + 2] * tauSeconds[i];
        length[i] <== leaf[i + 1] * (i == 0 ? tauSeconds[0] - 1 : tauSeconds[i] - tauSeconds[i - 1]);
        first += lower[i];
        seconds += length[i];
    }
    width <== seconds;

    // 3. 0 ≤ offset, and offset < width except where the interval is open. Expired: 0 ≤ −τ.
    signal expiredTau <== leaf[0] * tau;
    positiveTau <== tau - expiredTau;
    offset <== tau - 2 * expiredTau - first;
    component offsetRange = Range(32);
    offsetRange.in <== offset;
    _ <== offsetRange.out;
    signal room <== (width - 1 - offset) * (1 - leaf[0] - leaf[15]);
    component roomRange = Range(26);
    roomRange.in <== room;
    _ <== roomRange.out;
}
