// SPDX-License-Identifier: GPL-3.0-or-later

/** How many places a set of price sources has, and how many of them must be heard. */
export const SOURCE_PLACES = 5;
export const LEAST_SOURCES = 3;
/** Of what a source reports, in seconds: ages have 16 bits. */
export const MAX_AGE = 2n ** 16n - 1n;
