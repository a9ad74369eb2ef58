#!/usr/bin/env node
// SPDX-License-Identifier: GPL-3.0-or-later

// A program with rapidsnark's interface, proving with snarkjs, for machines without rapidsnark.
// PLIMSOLL_STAND_IN makes it misbehave as a broken or malicious prover would; what it then spoils is
// the proof in PLIMSOLL_STAND_IN_FROM.
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';

import { groth16 } from 'snarkjs';

const [, , zkey = '', witness = '', proofPath = '', publicPath = ''] = process.argv;
const behaviour = process.env['PLIMSOLL_STAND_IN'];
if (behaviour === 'failure') process.exit(1);
if (behaviour === 'nothing') process.exit(0);

const from = process.env['PLIMSOLL_STAND_IN_FROM'];
const { proof, publicSignals } =
  from === undefined ? await groth16.prove(zkey, witness) : JSON.parse(readFileSync(from, 'utf8'));
switch (behaviour) {
  case 'false proof':
    proof.pi_c = proof.pi_a;
    break;
  case 'other signals':
    publicSignals[0] = '1';
    break;
  case 'not canonical':
    proof.pi_a[0] = `0${proof.pi_a[0]}`;
    break;
}
// rapidsnark ends its files with a zero byte.
writeFileSync(proofPath, `${JSON.stringify(proof)}\0`);
writeFileSync(publicPath, `${JSON.stringify(publicSignals)}\0`);
process.exit(0);
