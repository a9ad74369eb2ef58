// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';

// One seed for every property test, so that a failure repeats; PLIMSOLL_SEED explores.
fc.configureGlobal({ seed: Number(process.env['PLIMSOLL_SEED']) });
