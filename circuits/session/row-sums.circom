// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "session/lanes.circom";

/**
 * @title RowSums
 * @notice What one row adds to the rows' side of a session (docs/spec.md §10.3, §10.4).
 * @input occupied, underlying, key, row its number
 * @input markE4, valueE4[32], dollarDeltaE4 of RowArray; longChargeE8, shortChargeE8, notionalE4 of
 * RowCharges; longCostE8, shortCostE8 of a lot's gross bound; bandShareQ40 of LightRates
 * @input net[6] Σ w·lots, Σ w·short, both over heavy accounts, Σ of the weights of the key, Σ |lots|
 * @input rho[28] powers of ρ; roundingRho Σ ρ^j · word j of 2 in every id; session β
 * @output identity, keys, pole[6] the amounts to add
 * Assumes nothing of the nets: the identity is between field elements. Guarantees the amounts; a row at
 * β itself has no witness. Cost: 38 constraints.
 */
template RowSums() {
    signal input occupied;
    signal input underlying;
    signal input key;
    signal input row;
    signal input markE4;
    signal input valueE4[32];
    signal input dollarDeltaE4;
    signal input longChargeE8;
    signal input shortChargeE8;
    signal input notionalE4;
    signal input longCostE8;
    signal input shortCostE8;
    signal input bandShareQ40;
    signal input net[6];
    signal input rho[28];
    signal input roundingRho;
    signal input session;
    signal output identity;
    signal output keys;
    signal output pole[6];

    // Powers of which only those of whole words of losses are made: ρ^1 or ρ^12 times ρ^0 … ρ^10.
    _ <== rho[11];
    for (var j = 13; j < 23; j++) {
        _ <== rho[j];
    }

    // 1. Light: surplus at 1, band share at ρ^27.
    signal share <== rho[27] * bandShareQ40;
    signal light <== (10 ** 4 * (markE4 - occupied) - longCostE8 + share) * net[0];
    signal lightShort <== (-2 * 10 ** 4 * occupied - longCostE8 - shortCostE8 + 2 * share) * net[1];

    // 2. Heavy: the loss of every id and a unit of rounding, in eleven words at ρ^1 or ρ^12.
    var word[11];
    for (var j = 0; j < 11; j++) {
        word[j] = 0;
    }
    for (var id = 1; id <= 32; id++) {
        word[wordOfScenario(id)] += (markE4 - valueE4[id - 1] + occupied) * 2 ** shiftOfScenario(id);
    }
    signal lossWord[11];
    var losses = 0;
    for (var j = 0; j < 11; j++) {
        lossWord[j] <== rho[j] * word[j];
        losses += lossWord[j];
    }
    signal first <== rho[1] + underlying * (rho[12] - rho[1]);
    signal placedLosses <== first * losses;
    signal rounding <== occupied * roundingRho;
    signal placedRounding <== first * rounding;

    // 3. Value, contingency, dollar deltas up and down, notional at ρ^23 … ρ^26.
    signal value <== rho[23] * (markE4 - occupied);
    signal valueRounding <== rho[23] * occupied;
    signal charge <== rho[24] * longChargeE8;
    signal bothCharges <== rho[24] * (longChargeE8 + shortChargeE8);
    signal lane <== rho[25] * (1 + underlying * (2 ** 126 - 1));
    signal deltas <== lane * (dollarDeltaE4 + occupied + (occupied - dollarDeltaE4) * 2 ** 63);
    signal deltaRounding <== lane * (2 + 2 ** 64) * occupied;
    signal notional <== rho[26] * notionalE4;
    signal heavy <== (placedLosses + value + charge + deltas + notional) * net[2];
    signal heavyShort <== (placedRounding - 2 * valueRounding + bothCharges + deltaRounding
        + 2 * notional) * net[3];

    identity <== light + lightShort + heavy + heavyShort;
    keys <== key * net[4];

    // 4. Poles. Unique: its product with β − row is 1, and 1/0 does not exist.
    signal inverse <-- 1 / (session - row);
    inverse * (session - row) === 1;
    for (var i = 0; i < 6; i++) {
        pole[i] <== net[i] * inverse;
    }
}
