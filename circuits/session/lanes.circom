// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

// Where the digits of ids 1 … 32 stand in eleven words (docs/spec.md §10.3).

/** Word of a scenario id. */
function wordOfScenario(id) {
    if (id < 3) return 0;
    if (id < 21) return 2 + (id - 3) \ 3;
    if (id < 27) return 8 + (id - 21) \ 2;
    return (id - 25) \ 4;
}

/** Bits by which its digit is shifted in that word. */
function shiftOfScenario(id) {
    if (id < 3) return 62 * (id - 1);
    if (id < 21) return 80 * ((id - 3) % 3);
    if (id < 27) return 126 * ((id - 21) % 2);
    return 62 * ((id - 25) % 4);
}

/** 1 for a tail whose whole move nothing promises to cover; of 22 and 23 a fund must. */
function isDisclosedScenario(id) {
    return id == 21 || (id >= 24 && id <= 26) ? 1 : 0;
}

/** Disclosed tails from 0: ids 21, 24, 25, 26. */
function disclosedPlace(id) { return id == 21 ? 0 : id - 23; }

/** Totals of pairs of scenarios that a session counts, beside the ids in both underlyings (docs/spec.md §10.5). */
function PAIR_TOTALS() { return 7; }

/** Units of E4 in which light rates look at marks and values: 2^12. */
function LIGHT_RATE_SHIFT() { return 12; }
