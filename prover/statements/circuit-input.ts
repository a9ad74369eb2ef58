// SPDX-License-Identifier: GPL-3.0-or-later

/** What a circuit takes: numbers, arrays of inputs, and objects for circom buses. */
export type CircuitInput =
  bigint | number | readonly CircuitInput[] | { readonly [field: string]: CircuitInput };
export type CircuitInputs = { readonly [signal: string]: CircuitInput };
