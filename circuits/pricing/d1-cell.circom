// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "circomlib/circuits/bitify.circom";

/**
 * @title D1Cell
 * @notice D1Grid for a standard deviation that ScaledStdDev prepared: d₁ = x/w + w/2 on the 2^-13
 * grid, folded and clamped at 8, by one division and one range check.
 * The specification's ⌊(⌊x·2^16/Wc⌋ + Wh)/8⌋ is ⌊D/(8·Wc)⌋ with D = x·2^16 + Wh·Wc, because Wh is an
 * integer; and one's complement turns floors of negative numbers into floors of positive ones:
 * −1 − ⌊D/b⌋ = ⌊(−1 − D)/b⌋.
 * @param COARSE_BITS C of ScaledStdDev: 24 or 25
 * @input dividend D, |D| < 2^60
 * @input coarseQ20, scale, scaledCoarse of ScaledStdDev
 * @output negative 1 exactly when d₁ < 0
 * @output outside 1 exactly when |d₁| ≥ 8
 * @output bit[16] of the folded grid point; meaningless outside
 * @output gridQ13 d₁ on the grid, −2^16 − 1 … 2^16
 * Assumes what ScaledStdDev guarantees. Guarantees the values of the specification. A witness exists
 * where |D| − 2^19·Wc < 2^(C+18), which is so for |x| < 29.8 (Q20): |x·2^16| < 2^41, and Wh·Wc is at
 * most 2^19·Wc at C = 24 (w < 12), at most 1.5·2^42 more at C = 25 (w ≤ 24).
 * @free top, grid, bit
 * @times scale: remainder, remainder - 8 * coarseQ20
 * @times coarseQ20: magnitude, magnitude - 2 ** 16
 * @assumes dividend in [0 - 2 ** 60, 2 ** 60)
 * @assumes coarseQ20 in [64, 2 ** COARSE_BITS)
 * @assumes scale in [1, 2 ** (COARSE_BITS - 6))
 * @assumes scaledCoarse in [2 ** (COARSE_BITS - 1), 2 ** COARSE_BITS)
 * @assumes scaledCoarse - coarseQ20 * scale in [0, 1)
 * Cost: COARSE_BITS + 28 constraints.
 */
template D1Cell(COARSE_BITS) {
    var REST_BITS = COARSE_BITS + 2;
    signal input dividend;
    signal input coarseQ20;
    signal input scale;
    signal input scaledCoarse;
    signal output {binary} negative;
    signal output {binary} outside;
    signal output {binary} bit[16];
    signal output gridQ13;

    // Unique, all four: step 3 proves 0 ≤ remainder in every case, hence 0 ≤ folded, which dividend
    // and −1 − dividend cannot both be; inside it proves remainder < 8·Wc, hence that grid < 2^16 is
    // the quotient (Euclid); outside that 2^19·Wc ≤ folded, which excludes inside. Only `top` may be
    // chosen in the overlap of its two ranges, and then changes nothing but itself and the rest.
    negative <-- dividend < 0 ? 1 : 0;
    negative * (negative - 1) === 0;
    signal folded <== dividend - negative * (2 * dividend + 1);
    var divisor = 8 * coarseQ20;
    var far = folded >= divisor << 16 ? 1 : 0;
    outside <-- far; // unique: see above
    outside * (outside - 1) === 0;

    // 1. The grid point: 16 bits inside, 2^16 outside.
    // Unique: see above. Outside, its bits are free to carry the upper part of the remainder.
    signal grid <-- far == 1 ? (folded - (divisor << 16)) >> REST_BITS : (divisor == 0 ? 0 : folded \ divisor);
    bit <== Num2Bits(16)(grid);
    signal carried <== outside * grid;
    signal magnitude <== grid - carried + outside * (1 << 16);

    // 2. What is left of the dividend, scaled like the divisor to N = 8·scaledCoarse in
    // [2^REST_BITS, 2^(REST_BITS+1)); outside, as it is.
    signal multiple <== magnitude * coarseQ20;
    signal remainder <== folded - 8 * multiple;
    signal factor <== scale + outside * (1 - scale);
    signal scaled <== remainder * factor;

    // 3. Inside, 0 ≤ scaled < N: rest < 2^REST_BITS plus `top` times N − 2^REST_BITS reaches every one
    // of these numbers and no other. Outside only 0 ≤ scaled is asked. All these are integers below
    // 2^81 in magnitude, so nothing wraps.
    // Unique: see above.
    signal top <-- far == 0 && scaled >= (1 << REST_BITS) ? 1 : 0;
    top * (top - 1) === 0;
    signal upper <== top * (8 * scaledCoarse - (1 << REST_BITS));
    component rest = Num2Bits(REST_BITS);
    rest.in <== scaled - upper - carried * (1 << REST_BITS);
    for (var i = 0; i < REST_BITS; i++) {
        _ <== rest.out[i];
    }
    gridQ13 <== magnitude - negative * (2 * magnitude + 1);
}
