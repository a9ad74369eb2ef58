// SPDX-License-Identifier: GPL-3.0-or-later
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Wallet, id } from 'ethers';

import { sha256 } from '../../prover/core/hash.ts';
import { spelled } from '../../prover/proving/ceremony/documents.ts';
import { CeremonyFolder, receiptMessage } from '../../prover/proving/ceremony/folder.ts';
import { releasedVerifier } from '../../prover/toolchain/ceremony/finalise.ts';
import { PEOPLE, rehearseCeremony } from '../rehearsal/rehearse.ts';
import type { Evidence } from './evidence.ts';

type Random = (limit: number) => number;

/** The smallest circuit that is shipped, and powers that it fits. */
export const [STATEMENT, PROFILE, POWER] = ['takeover', 'any', 14] as const;
export const CIRCUIT = `${STATEMENT}-${PROFILE}`;

/** The smallest circuit with the key of a ceremony that was rehearsed in `base`. */
export async function rehearsed(honest: Evidence, base: string): Promise<Evidence> {
  const { folder, table, beaconValue } = await rehearseCeremony(base, {
    name: 'tampering',
    targets: [CIRCUIT],
    power: POWER,
  });
  const entry = honest.artifact(STATEMENT, PROFILE);
  const zkey = readFileSync(folder.finalKeyPath(CIRCUIT));
  const vkey = readFileSync(folder.finalVerificationKeyPath(CIRCUIT), 'utf8');
  const r1cs = entry.files['r1cs']!.sha256;
  const { file, source } = releasedVerifier(CIRCUIT, vkey, { zkey: sha256(zkey), r1cs });
  const files = {
    ...entry.files,
    zkey: { ...entry.files['zkey']!, sha256: sha256(zkey) },
    verificationKey: { ...entry.files['verificationKey']!, sha256: sha256(vkey) },
  };
  return honest
    .withFile(entry.files['zkey']!.path, zkey)
    .withFile(entry.files['verificationKey']!.path, vkey)
    .withFile(file, source)
    .withOnly({ ...entry, key: 'ceremony', files })
    .with({ release: { folder: folder.path, table, beaconValue } });
}

/** The rehearsal with a transcript of its own, spoilt; the keys of the checkout stay what they are. */
function withTranscript(evidence: Evidence, spoil: (folder: CeremonyFolder) => void): Evidence {
  const { folder, ...options } = evidence.release!;
  const copy = join(mkdtempSync(`${folder}-spoilt-`), 'ceremony');
  cpSync(folder, copy, { recursive: true });
  spoil(new CeremonyFolder(copy));
  return evidence.with({ release: { ...options, folder: copy } });
}

function flip(path: string, random: Random): void {
  const bytes = readFileSync(path);
  bytes[random(bytes.length)]! ^= 1 << random(8);
  writeFileSync(path, bytes);
}

export const spoiltPowers = (evidence: Evidence, random: Random): Evidence =>
  withTranscript(evidence, (folder) => flip(folder.powersPath(), random));

const LAST = PEOPLE.length + 1;

/** A receipt signed by another, with every later one after it. */
function signedByAnother(folder: CeremonyFolder, number: number): void {
  let previous = '';
  for (const { document } of folder.receipts()) {
    if (document.number < number) continue;
    const isForged = document.number === number;
    const changed = isForged ? document : { ...document, previous };
    const signer = new Wallet(id(isForged ? 'mallory' : (PEOPLE[document.number - 1] ?? '')));
    const signature =
      changed.signature === undefined ? undefined : signer.signMessageSync(receiptMessage(changed));
    const text = spelled({ ...changed, signature });
    writeFileSync(folder.receiptPath(document.number), text);
    previous = sha256(text);
  }
}

/** One contribution is not what its receipt says, left out, or by nobody who signed. */
export const spoiltContribution = (evidence: Evidence, random: Random): Evidence =>
  withTranscript(evidence, (folder) => {
    const kind = random(3);
    if (kind === 0) return signedByAnother(folder, 1 + random(PEOPLE.length));
    const last = folder.keyPath(CIRCUIT, LAST);
    if (kind === 1) return cpSync(folder.keyPath(CIRCUIT, random(LAST)), last);
    return flip(last, random);
  });

/** Another block's hash, in the transcript or where whoever audits has looked it up. */
export function spoiltBeacon(evidence: Evidence, random: Random): Evidence {
  const other = id(`another block, ${random(1_000_000)}`).slice(2);
  if (random(2) === 0) {
    return evidence.with({ release: { ...evidence.release!, beaconValue: async () => other } });
  }
  return withTranscript(evidence, (folder) => {
    const { document } = folder.receipts()[LAST - 1]!;
    writeFileSync(folder.receiptPath(LAST), spelled({ ...document, beacon: other }));
  });
}
