// SPDX-License-Identifier: GPL-3.0-or-later

/** The year of docs/spec.md: 365 days, in which these markets never close. */
export const SECONDS_PER_YEAR = 31_536_000;
