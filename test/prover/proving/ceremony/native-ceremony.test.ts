// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: needs the native program.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { zKey } from 'snarkjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import {
  applyBeacon,
  checkPowers,
  contributeTo,
  verifyKey,
  writeInitialKey,
  writeKnownPowers,
} from '../../../../prover/proving/ceremony/native-ceremony.ts';
import { exportedVerificationKey } from '../../../../prover/proving/ceremony/transcript.ts';
import { parseVerificationKey } from '../../../../prover/proving/formats/verification-key.ts';
import { createDevelopmentKey } from '../../../../prover/proving/keys/development-key.ts';
import {
  formatVerifyingKeys,
  parseVerifyingKeys,
} from '../../../../prover/receipt/verifying-keys.ts';
import { NEEDS_WORKER } from '../../native/support.ts';

const TINY = join(REPOSITORY_ROOT, 'prover/native/internal/fixture/testdata/tiny.r1cs');
const BEACON = '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff';

describe.skipIf(NEEDS_WORKER !== '')(`phase 2 in Go beside snarkjs${NEEDS_WORKER}`, () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  let place: { powers: string; circuit: string };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-ceremony-'));
    place = { powers: at('KNOWN-TRAPDOOR.ptau'), circuit: TINY };
    await writeKnownPowers(place.powers, 5, 'vitest');
    await writeInitialKey(place, at('0.zkey'));
    await contributeTo(at('0.zkey'), at('1.zkey'), { name: 'ada', entropy: 'of ada' });
    await contributeTo(at('1.zkey'), at('2.zkey'), { name: 'bob', entropy: 'of bob' });
    await applyBeacon(at('2.zkey'), at('3.zkey'), { name: 'end', beacon: BEACON, iterations: 5 });
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } };
    await curve?.terminate();
  });

  it('makes the first key byte for byte as snarkjs does', async () => {
    const theirs = { type: 'mem' } as { type: 'mem'; data?: Uint8Array };
    await zKey.newZKey(TINY, place.powers, theirs);
    expect(Buffer.from(theirs.data!).equals(readFileSync(at('0.zkey')))).toBe(true);
  });

  it('makes contributions and a beacon that snarkjs zkey verify accepts', async () => {
    expect(await zKey.verifyFromR1cs(TINY, place.powers, at('3.zkey'))).toBe(true);
  });

  it('accepts a contribution that snarkjs made', async () => {
    const theirs = { type: 'mem' } as { type: 'mem'; data?: Uint8Array };
    await zKey.contribute(at('1.zkey'), theirs, 'by snarkjs', 'some entropy');
    writeFileSync(at('theirs.zkey'), theirs.data!);
    const { contributions } = await verifyKey(place, at('theirs.zkey'));
    expect(contributions.map(({ name }) => name)).toEqual(['ada', 'by snarkjs']);
  });

  it('refuses a key of which one point was moved, or a scalar would be another', async () => {
    const bytes = readFileSync(at('3.zkey'));
    bytes[bytes.length - 300]! ^= 1;
    writeFileSync(at('moved.zkey'), bytes);
    await expect(verifyKey(place, at('moved.zkey'))).rejects.toThrow(/contribution|zkey/);
  });

  it('refuses a development key and a contribution on top of it, whatever they are called', async () => {
    const development = await createDevelopmentKey(readFileSync(TINY), {});
    writeFileSync(at('development.zkey'), development);
    await contributeTo(at('development.zkey'), at('on-top.zkey'), { name: 'eve', entropy: 'e' });
    for (const name of ['development.zkey', 'on-top.zkey']) {
      await expect(verifyKey(place, at(name))).rejects.toThrow(/zkey/);
      const key = await exportedVerificationKey(readFileSync(at(name)));
      expect(() => parseVerificationKey(key, { setup: 'ceremony' })).toThrow(/a development key/);
      // As whoever checks proofs and receipts would be handed it.
      const entry = { statement: 'takeover', profile: 'any', setup: 'ceremony' } as const;
      const hashes = { r1cs: '0'.repeat(64), zkey: '0'.repeat(64) };
      const trusted = formatVerifyingKeys([{ ...entry, ...hashes, verificationKey: key }]);
      expect(() => parseVerifyingKeys(trusted, 'keys')).toThrow(/a development key/);
    }
  });

  it('draws a secret anew each time, whatever its contributor typed', async () => {
    const twice = await Promise.all(
      ['a', 'b'].map((name) =>
        contributeTo(at('0.zkey'), at(`${name}.zkey`), { name: 'ada', entropy: 'of ada' }),
      ),
    );
    expect(twice[0]!.hash).not.toBe(twice[1]!.hash);
  });

  it('says what is wrong with powers of tau, and never spins', async () => {
    const whole = readFileSync(place.powers);
    const refusal = async (bytes: Uint8Array): Promise<string> => {
      writeFileSync(at('bad.ptau'), bytes);
      return await checkPowers(at('bad.ptau')).then(
        () => 'accepted',
        (error: Error) => error.message,
      );
    };
    const edited = (offset: number, value: number): Uint8Array => {
      const bytes = Buffer.from(whole);
      bytes[offset] = value;
      return bytes;
    };
    expect(await refusal(whole)).toBe('accepted');
    expect(await refusal(whole.subarray(0, whole.length - 1))).toMatch(/truncated/);
    expect(await refusal(new Uint8Array(0))).toMatch(/not in the ptau format/);
    // Section table at 12; the header's payload follows it.
    expect(await refusal(edited(24 + 4, 0))).toMatch(/wrong curve/);
    expect(await refusal(edited(24 + 36, 6))).toMatch(/wrong size/);
    expect(await refusal(edited(24 + 36, 200))).toMatch(/must be of 2\^1 to 2\^27/);
    expect(await refusal(edited(16, 0xff))).toMatch(/truncated/);
  });
});
