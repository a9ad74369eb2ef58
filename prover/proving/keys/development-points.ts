// SPDX-License-Identifier: GPL-3.0-or-later
import { equalUpToSign, g1Point, g2Point, type G1Point, type G2Point } from '../../core/bn254.ts';

/**
 * α·G1 and β·G2 of every development key, in numbers so that a browser knows them too; a test derives
 * them from the trapdoor. Neither is changed by a phase 2, so they tell where a key comes from.
 */
export const DEVELOPMENT_ALPHA_1: G1Point = g1Point(
  8516918956820960414319894911621046643844721194289998617056143085728995042192n,
  3741122519821665479726021264275829822329056099389532255293461715783615814655n,
);
export const DEVELOPMENT_BETA_2: G2Point = g2Point(
  [
    12788304528997564263361568539524982568246390355240462247933567251944458701954n,
    7816760821370639502564948665454727609609418075254887138668786237203617481267n,
  ],
  [
    18265332930654237196581448145294042274109963066854336327676841242026850132782n,
    21345916648494031055378859899496194517816351071968113005371896466559579339240n,
  ],
);

/** Whether a key was made with what is public of development keys, by one name or another. */
export function isDevelopmentKey(alpha: G1Point, beta: G2Point): boolean {
  return equalUpToSign(alpha, DEVELOPMENT_ALPHA_1) || equalUpToSign(beta, DEVELOPMENT_BETA_2);
}
