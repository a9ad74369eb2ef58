// SPDX-License-Identifier: GPL-3.0-or-later

/** The order r of the BN254 scalar field, below which every public signal and commitment lies. */
export const SCALAR_FIELD =
  21888242871839275222246405745257275088548364400416034343698204186575808495617n;
