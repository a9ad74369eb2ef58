// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "ledger/slot.circom";
include "session/light-rates.circom";
include "session/row-array.circom";
include "session/row-charges.circom";
include "session/row-sums.circom";

/**
 * @title InstrumentRow
 * @notice One row of a session: an instrument priced at the mark and in 32 scenarios, the rates of an
 * account's gross bound, and what all of it adds to the rows' side (docs/spec.md §10.4).
 * @input underlying, kind, expiry, strikeE4 of the instrument, all 0 for an empty row
 * @input shortRate, bandShareQ40 as RowArray and LightRates take them
 * @input row, net[6], rho[28], roundingRho, session as RowSums takes them
 * @input largestLossQ24[2], bandEdgeE6[2], firstRateBps, shortOptionBps, perpetualBps,
 * futureBps of the session's terms
 * @input the market and the grid, as RowArray takes them, and dampingQ16[2][32]
 * @output key, rowsWord what a chunk's chain commits to
 * @output identity, keys, pole[6] the amounts to add
 * Assumes words bound by the caller. Guarantees the amounts of the row under key and rowsWord.
 * Cost: 13,693 constraints.
 */
template InstrumentRow() {
    signal input underlying;
    signal input kind;
    signal input expiry;
    signal input strikeE4;
    signal input shortRate;
    signal input bandShareQ40;
    signal input row;
    signal input net[6];
    signal input rho[28];
    signal input roundingRho;
    signal input session;
    signal input largestLossQ24[2];
    signal input bandEdgeE6[2];
    signal input firstRateBps;
    signal input shortOptionBps;
    signal input perpetualBps;
    signal input futureBps;
    signal input time;
    signal input indexE4[2];
    signal input perpetualMarkE4[2];
    signal input sliceWord[2][24];
    signal input tenorTauSeconds[14];
    signal input tenorVolUpQ10[14];
    signal input tenorVolDownQ10[14];
    signal input tenorSkewCapQ10[14];
    signal input tenorSkewSlopeQ10[14];
    signal input tenorRollLogQ10[14];
    signal input floorVarianceRateQ64[2];
    signal input multiplierQ24[2][32];
    signal input logMoveQ10[2][32];
    signal input dampingQ16[2][32];
    signal output key;
    signal output rowsWord;
    signal output identity;
    signal output keys;
    signal output pole[6];

    // 1. The instrument: a slot without lots.
    component slot = Slot();
    slot.underlying <== underlying;
    slot.kind <== kind;
    slot.expiry <== expiry;
    slot.strikeE4 <== strikeE4;
    slot.lots <== 0;
    key <== slot.key;
    _ <== slot.packed;
    _ <== slot.isNegative;

    // 2. Its risk array and charges.
    component array = RowArray();
    array.underlying <== underlying;
    array.expiry <== expiry;
    array.strikeE4 <== strikeE4;
    array.isPerpetual <== slot.isPerpetual;
    array.isFuture <== slot.isFuture;
    array.isCall <== slot.isCall;
    array.isPut <== slot.isPut;
    array.time <== time;
    array.indexE4 <== indexE4;
    array.perpetualMarkE4 <== perpetualMarkE4;
    array.sliceWord <== sliceWord;
    array.tenorTauSeconds <== tenorTauSeconds;
    array.tenorVolUpQ10 <== tenorVolUpQ10;
    array.tenorVolDownQ10 <== tenorVolDownQ10;
    array.tenorSkewCapQ10 <== tenorSkewCapQ10;
    array.tenorSkewSlopeQ10 <== tenorSkewSlopeQ10;
    array.tenorRollLogQ10 <== tenorRollLogQ10;
    array.floorVarianceRateQ64 <== floorVarianceRateQ64;
    array.multiplierQ24 <== multiplierQ24;
    array.logMoveQ10 <== logMoveQ10;
    array.shortRate <== shortRate;
    component charges = RowCharges();
    charges.underlying <== underlying;
    charges.isPerpetual <== slot.isPerpetual;
    charges.isFuture <== slot.isFuture;
    charges.isCall <== slot.isCall;
    charges.isPut <== slot.isPut;
    charges.isSettled <== array.isSettled;
    charges.markE4 <== array.markE4;
    charges.indexE4 <== indexE4;
    charges.shortOptionBps <== shortOptionBps;
    charges.perpetualBps <== perpetualBps;
    charges.futureBps <== futureBps;

    // 3. Rates of the gross bound.
    component rates = LightRates();
    rates.occupied <== slot.occupied;
    rates.underlying <== underlying;
    rates.isPut <== slot.isPut;
    rates.isMoved <== charges.isMoved;
    rates.markE4 <== array.markE4;
    rates.markUnits <== array.markUnits;
    rates.tailUnits <== array.tailUnits;
    rates.dollarDeltaE4 <== array.dollarDeltaE4;
    rates.dampingQ16 <== dampingQ16;
    rates.largestLossQ24 <== largestLossQ24;
    rates.bandEdgeE6 <== bandEdgeE6;
    rates.shortRate <== shortRate;
    rates.bandShareQ40 <== bandShareQ40;
    rowsWord <== rates.rowsWord;
    signal concentration <== firstRateBps * (rates.absoluteDeltaE4 + slot.occupied);

    // 4. Sums.
    component sums = RowSums();
    sums.occupied <== slot.occupied;
    sums.underlying <== underlying;
    sums.key <== slot.key;
    sums.row <== row;
    sums.markE4 <== array.markE4;
    sums.valueE4 <== array.valueE4;
    sums.dollarDeltaE4 <== array.dollarDeltaE4;
    sums.longChargeE8 <== charges.longChargeE8;
    sums.shortChargeE8 <== charges.shortChargeE8;
    sums.notionalE4 <== charges.notionalE4;
    sums.longCostE8 <== rates.longRate * (10 ** 4 << LIGHT_RATE_SHIFT()) + charges.longChargeE8 + concentration;
    sums.shortCostE8 <== shortRate * (10 ** 4 << LIGHT_RATE_SHIFT()) + charges.shortChargeE8 + concentration;
    sums.bandShareQ40 <== bandShareQ40;
    sums.net <== net;
    sums.rho <== rho;
    sums.roundingRho <== roundingRho;
    sums.session <== session;
    identity <== sums.identity;
    keys <== sums.keys;
    pole <== sums.pole;
}
