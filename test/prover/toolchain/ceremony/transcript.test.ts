// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a whole ceremony of the smallest shipped circuit, a minute of processor time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Wallet, id } from 'ethers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { REPOSITORY_ROOT } from '../../../../prover/core/root.ts';
import type * as NativeBuild from '../../../../prover/proving/backends/native-build.ts';
import { CeremonyFolder, receiptMessage } from '../../../../prover/proving/ceremony/folder.ts';
import { spelled, type CeremonyPlan } from '../../../../prover/proving/ceremony/documents.ts';
import type { PreparedPowers } from '../../../../prover/proving/ceremony/prepared-powers.ts';
import {
  isProduction,
  verifyTranscript,
  type TranscriptCheck,
  type TranscriptFinding,
} from '../../../../prover/proving/ceremony/transcript.ts';
import { contribute, contributeBeacon } from '../../../../prover/toolchain/ceremony/contribute.ts';
import { finaliseCeremony } from '../../../../prover/toolchain/ceremony/finalise.ts';
import { ReleaseKeys } from '../../../../prover/toolchain/circuits/release-keys.ts';
import { BEACON, PEOPLE, rehearseCeremony } from '../../../../scripts/rehearsal/rehearse.ts';
import { CIRCUIT, POWER } from '../../../../scripts/tampering/rehearsal.ts';
import { NEEDS_WORKER } from '../../native/support.ts';

const native = vi.hoisted(() => ({ isHidden: false }));
vi.mock('../../../../prover/proving/backends/native-build.ts', async (original) => {
  const real = await original<typeof NativeBuild>();
  const findNativeProver = (root?: string): string | undefined =>
    native.isHidden ? undefined : real.findNativeProver(root);
  return { ...real, findNativeProver };
});

const beaconValue = async (): Promise<string> => BEACON;
const plan = { name: 'vitest', targets: [CIRCUIT], power: POWER };

/** The same rehearsal in a process that is killed once it says this, as if the machine had lost its power. */
async function killedAt(base: string, said: string): Promise<void> {
  const script = join(REPOSITORY_ROOT, 'scripts', 'rehearse-ceremony.ts');
  const child = spawn(process.execPath, [script, base, CIRCUIT]);
  const ended = once(child, 'close');
  let output = '';
  for await (const text of child.stdout.setEncoding('utf8')) {
    output += text as string;
    if (output.includes(said)) child.kill('SIGKILL');
  }
  expect([await ended, output]).toEqual([[null, 'SIGKILL'], expect.stringContaining(said)]);
}

const fails = (findings: readonly TranscriptFinding[]): TranscriptCheck[] =>
  findings.filter(({ outcome }) => outcome === 'fails').map(({ check }) => check);

describe.skipIf(NEEDS_WORKER !== '')(`a ceremony with three contributors${NEEDS_WORKER}`, () => {
  let base: string;
  let folder: CeremonyFolder;
  /** As if the file of a known trapdoor were one of the public ones: only a test may say so. */
  let table: readonly PreparedPowers[];
  const options = () => ({ beaconValue, table });
  /** Without what takes longest and is not what a test is about. */
  const brief = () => ({ ...options(), without: ['powers-structure'] as TranscriptCheck[] });

  beforeAll(async () => {
    base = mkdtempSync(join(tmpdir(), 'plimsoll-ceremony-'));
    await killedAt(base, 'contribution 2');
    ({ folder, table } = await rehearseCeremony(base, plan));
  }, 1_800_000);

  afterAll(async () => {
    rmSync(base, { recursive: true, force: true });
    const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } };
    await curve?.terminate();
  });

  /** A copy of the folder, for one test to spoil. */
  function copy(): CeremonyFolder {
    const path = join(mkdtempSync(join(base, 'copy-')), 'ceremony');
    cpSync(folder.path, path, { recursive: true });
    return new CeremonyFolder(path);
  }

  const flip = (path: string, offset: number): void => {
    const bytes = readFileSync(path);
    bytes[offset < 0 ? bytes.length + offset : offset]! ^= 1;
    writeFileSync(path, bytes);
  };

  it('holds in every check, and only then is for production', async () => {
    const findings = await verifyTranscript(folder, options());
    expect(fails(findings)).toEqual([]);
    expect(isProduction(findings)).toBe(true);
    const unasked = await verifyTranscript(folder, { table });
    expect(isProduction(unasked)).toBe(false);
    expect(fails(await verifyTranscript(folder, { beaconValue }))).toEqual(['powers-listed']);
  }, 1_200_000);

  it('is told as unchecked, and never as broken or whole, where there is no native program', async () => {
    const without = async <T>(work: () => Promise<T>): Promise<T> => {
      native.isHidden = true;
      return await work().finally(() => (native.isHidden = false));
    };
    const findings = await without(() => verifyTranscript(folder, options()));
    expect(fails(findings)).toEqual([]);
    const open = findings.filter(({ outcome }) => outcome === 'unchecked');
    expect(open.map(({ check }) => check)).toEqual([
      'powers-structure',
      'initial',
      'contributions',
    ]);
    expect(open[0]!.detail).toMatch(/native program is not built: install Go/);
    expect(isProduction(findings)).toBe(false);
    await expect(without(() => finaliseCeremony(folder, options()))).rejects.toThrow(
      /powers-structure: the native program is not built/,
    );
  });

  it('gives keys that are called ceremony, and to nobody whose beacon is another', async () => {
    const keys = await ReleaseKeys.open(folder.path, REPOSITORY_ROOT, options());
    const { r1cs } = folder.release()!.document.circuits[0]!;
    expect(keys.of(CIRCUIT, r1cs).verifying.nPublic).toBe(5);
    expect(() => keys.of(CIRCUIT, 'ab'.repeat(32))).toThrow(/another circuit/);
    expect(() => keys.of('liquidation-7', r1cs)).toThrow(/no key of it/);
    const other = { table, beaconValue: async () => 'ab'.repeat(32) };
    await expect(ReleaseKeys.open(folder.path, REPOSITORY_ROOT, other)).rejects.toThrow(
      /beacon-value/,
    );
    await expect(ReleaseKeys.open(folder.path, REPOSITORY_ROOT, { beaconValue })).rejects.toThrow(
      /powers-listed/,
    );
  }, 1_200_000);

  const last = (of: CeremonyFolder): string => of.keyPath(CIRCUIT, PEOPLE.length + 1);

  /** Each spoils one thing, so that one check alone can see it. */
  const TAMPERINGS: readonly (readonly [
    what: string,
    check: TranscriptCheck,
    spoil: (of: CeremonyFolder) => void | Promise<void>,
  ])[] = [
    [
      'a receipt signed by another',
      'receipts',
      async (of) => {
        const path = of.receiptPath(PEOPLE.length);
        const { document } = of.receipts()[PEOPLE.length - 1]!;
        const signature = await new Wallet(id('mallory')).signMessage(receiptMessage(document));
        writeFileSync(path, spelled({ ...document, signature }));
        const beacon = of.receipts()[PEOPLE.length]!;
        const previous = of.receipts()[PEOPLE.length - 1]!.hash;
        writeFileSync(of.receiptPath(PEOPLE.length + 1), spelled({ ...beacon.document, previous }));
      },
    ],
    [
      'a circuit of another constraint',
      'circuit',
      (of) => {
        // The last label of the map at the end, on which no key depends.
        flip(of.r1csPath(CIRCUIT), -8);
      },
    ],
  ];

  it.each(TAMPERINGS)(
    'catches %s by the check that is for it',
    async (_what, check, spoil) => {
      const of = copy();
      await spoil(of);
      expect(fails(await verifyTranscript(of, brief()))).toEqual([check]);
      expect(
        fails(await verifyTranscript(of, { ...brief(), without: ['powers-structure', check] })),
      ).toEqual([]);
    },
    1_200_000,
  );

  it('catches a last key that was changed, exchanged or shortened', async () => {
    const changed = copy();
    flip(last(changed), -400);
    expect(fails(await verifyTranscript(changed, brief()))).toContain('contributions');
    const shortened = copy();
    cpSync(shortened.keyPath(CIRCUIT, PEOPLE.length), last(shortened));
    expect(fails(await verifyTranscript(shortened, brief()))).toContain('contributions');
    const missing = copy();
    rmSync(missing.receiptPath(PEOPLE.length + 1));
    expect(fails(await verifyTranscript(missing, brief()))).toContain('beacon');
  }, 1_200_000);

  it('catches powers of tau that are not the file of the plan', async () => {
    const of = copy();
    flip(of.powersPath(), -1);
    expect(fails(await verifyTranscript(of, brief()))).toContain('powers-hash');
  }, 1_200_000);

  it('goes on where a contribution was interrupted, and takes nobody else in between', async () => {
    const of = copy();
    rmSync(of.releasePath);
    rmSync(of.receiptPath(PEOPLE.length + 1));
    const receipt = of.receipts()[PEOPLE.length - 1]!.document;
    rmSync(of.receiptPath(PEOPLE.length));
    // As if the machine had stopped between the last key and the receipt.
    const { number, name, circuits } = receipt;
    writeFileSync(of.unfinishedPath, spelled({ number, name, done: circuits }));
    const by = (who: string) => ({ name: who, entropy: who, signer: new Wallet(id(who)) });
    await expect(contribute(of, by('mallory'))).rejects.toThrow(/is not whole/);
    const before = readFileSync(of.keyPath(CIRCUIT, PEOPLE.length));
    const again = await contribute(of, by('eve'));
    expect(again).toEqual(receipt);
    expect(readFileSync(of.keyPath(CIRCUIT, PEOPLE.length)).equals(before)).toBe(true);
    expect(existsSync(of.unfinishedPath)).toBe(false);
    // And as if it had stopped before that key was there.
    rmSync(of.receiptPath(PEOPLE.length));
    renameSync(of.keyPath(CIRCUIT, PEOPLE.length), join(of.path, 'aside'));
    const anew = await contribute(of, by('eve'));
    expect(anew.circuits[0]!.hash).not.toBe(receipt.circuits[0]!.hash);
    await contributeBeacon(of, BEACON);
    await expect(contribute(of, by('mallory'))).rejects.toThrow(/nobody contributes any more/);
    expect(fails(await verifyTranscript(of, brief()))).toEqual([]);
  }, 1_200_000);

  it('catches a plan that was changed after somebody had contributed', async () => {
    const of = copy();
    const plan = JSON.parse(readFileSync(of.planPath, 'utf8')) as CeremonyPlan;
    writeFileSync(of.planPath, spelled({ ...plan, beacon: { ...plan.beacon, block: 101 } }));
    expect(fails(await verifyTranscript(of, brief()))).toEqual(['receipts']);
  }, 1_200_000);
});
