// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { hexlify, toUtf8Bytes, toUtf8String, getBytes } from 'ethers';
import type { SnarkjsVerificationKey } from 'snarkjs';

import type { CheckName } from '../../prover/audit/verdict.ts';
import { proofContext } from '../../prover/chain/context.ts';
import { BASE_FIELD, G1_GENERATOR } from '../../prover/core/bn254.ts';
import { readTextFile } from '../../prover/core/files.ts';
import { sha256 } from '../../prover/core/hash.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { exportedVerificationKey } from '../../prover/proving/ceremony/transcript.ts';
import { findStatement, loadManifest } from '../../prover/statements/manifest.ts';
import { verifierContract, verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import { compileSolidity } from '../../prover/toolchain/solidity.ts';
import { DEFAULT_TERMS } from '../../prover/toolchain/solidity-settings.ts';
import type { Evidence, ManifestEntry } from './evidence.ts';
import { forged, movedToDelta } from './forge.ts';
import { spoiltBeacon, spoiltContribution, spoiltPowers } from './rehearsal.ts';

/** Whole numbers below a limit, the same for the same seed (mulberry32). */
export type Random = (limit: number) => number;

export interface Kind {
  readonly name: string;
  /** The one check that must refuse it. */
  readonly check: CheckName;
  /** Of the demonstration, unless it is of keys that a ceremony made. */
  readonly on?: 'rehearsal';
  readonly tamper: (evidence: Evidence, random: Random) => Evidence | Promise<Evidence>;
}

const pick = <T>(items: readonly T[], random: Random): T => items[random(items.length)]!;

/** The smallest: what is compiled anew is of it. */
const SMALLEST = ['takeover', 'any'] as const;

const circuitSources = (entry: ManifestEntry): string[] =>
  Object.keys(entry.sources).filter((path) => path.startsWith('circuits/'));

function onDisk(evidence: Evidence, random: Random): ManifestEntry {
  const { verifiers } = evidence.venue;
  const entries = evidence.artifacts.filter(
    ({ statement, profile }) =>
      (verifiers as Readonly<Record<string, Readonly<Record<string, unknown>>>>)[statement]?.[
        profile
      ] !== undefined,
  );
  return pick(entries, random);
}

function flipped(content: Uint8Array, offset: number): Uint8Array {
  const changed = Uint8Array.from(content);
  changed[offset]! ^= 1;
  return changed;
}

/** The place of a section's payload in a container of typed sections. */
function sectionAt(
  content: Uint8Array,
  kind: number,
): { readonly start: number; readonly length: number } {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let offset = 12;
  for (;;) {
    const [type, length] = [
      view.getUint32(offset, true),
      Number(view.getBigUint64(offset + 4, true)),
    ];
    offset += 12;
    if (type === kind) return { start: offset, length };
    offset += length;
  }
}

// The deployed verifier, replaced consistently: source, code on chain, creation.

function deployedAnew(evidence: Evidence, entry: ManifestEntry, source: string): Evidence {
  const contract = verifierName(entry.statement, entry.profile);
  const file = `contracts/verifiers/${contract}.sol`;
  const read = (path: string): string =>
    path === file ? source : readTextFile(join(REPOSITORY_ROOT, path), path);
  const made = compileSolidity({ files: [file], terms: DEFAULT_TERMS }, read).get(contract)!;
  const { verifiers } = evidence.venue;
  const { address, keyHash } = (
    verifiers as Readonly<
      Record<string, Readonly<Record<string, { address: string; keyHash: string }>>>
    >
  )[entry.statement]![entry.profile]!;
  return evidence
    .withFile(file, source)
    .withCode(address, () => made.runtime)
    .withCreations((input) => (input.includes(keyHash.slice(2)) ? made.creation : input));
}

const POINT = 32;

function writeCoordinate(content: Uint8Array, offset: number, value: bigint): void {
  for (let index = 0; index < POINT; index += 1) {
    content[offset + index] = Number((value >> BigInt(8 * index)) & 0xffn);
  }
}

function readCoordinate(content: Uint8Array, offset: number): bigint {
  let value = 0n;
  for (let index = POINT - 1; index >= 0; index -= 1)
    value = (value << 8n) | BigInt(content[offset + index]!);
  return value;
}

/**
 * A key whose phase 2 was never done (δ = ±γ), called that of a ceremony, with everything after it in
 * accord: verifying key, contract, code on chain, and posted proofs that hold under it.
 */
async function unfinished(evidence: Evidence, sign: 1n | -1n): Promise<Evidence> {
  const entry = evidence.artifact(...SMALLEST);
  const zkey = Uint8Array.from(evidence.checkout.read(entry.files['zkey']!.path)!);
  const header = sectionAt(zkey, 2).start + 4 + 32 + 4 + 32 + 12;
  const [gamma2, delta1, delta2] = [
    header + 64 + 64 + 128,
    header + 64 + 64 + 256,
    header + 64 + 64 + 320,
  ];
  zkey.copyWithin(delta2, gamma2, gamma2 + 128);
  const { x, y } = G1_GENERATOR.toAffine();
  const montgomery = (value: bigint): bigint => (value << 256n) % BASE_FIELD;
  writeCoordinate(zkey, delta1, montgomery(x));
  writeCoordinate(zkey, delta1 + POINT, montgomery(y));
  if (sign === -1n) {
    for (const offset of [delta1 + POINT, delta2 + 2 * POINT, delta2 + 3 * POINT]) {
      writeCoordinate(zkey, offset, (BASE_FIELD - readCoordinate(zkey, offset)) % BASE_FIELD);
    }
  }
  const vkey = await exportedVerificationKey(zkey);
  const r1cs = entry.files['r1cs']!.sha256;
  const source = verifierContract({
    statement: findStatement(loadManifest(REPOSITORY_ROOT), entry.statement),
    profile: entry.profile,
    verificationKey: JSON.parse(vkey) as SnarkjsVerificationKey,
    key: 'ceremony',
    zkeyHash: sha256(zkey),
    r1csHash: r1cs,
  });
  const files = {
    ...entry.files,
    zkey: { ...entry.files['zkey']!, sha256: sha256(zkey) },
    verificationKey: { ...entry.files['verificationKey']!, sha256: sha256(vkey) },
  };
  return deployedAnew(evidence, entry, source)
    .withFile(entry.files['zkey']!.path, zkey)
    .withFile(entry.files['verificationKey']!.path, vkey)
    .withArtifact({ ...entry, key: 'ceremony', files })
    .withCalls('LedgerRegistry', 'applyMessage', (args) => {
      const proof = args[1] as unknown[];
      proof[2] = movedToDelta(proof[2] as [bigint, bigint], r1cs, sign);
    });
}

// Posted proofs of the smallest circuit

function onForced(evidence: Evidence, random: Random, change: (args: unknown[]) => void): Evidence {
  const chosen = random(evidence.countCalls('LedgerRegistry', 'applyMessage'));
  return evidence.withCalls('LedgerRegistry', 'applyMessage', (args, place) => {
    if (place === chosen) change(args);
  });
}

/** What the registry has the proof of a forced message verified for. */
function signalsOf(
  evidence: Evidence,
  [, , root, consumed, address, beneficiary]: unknown[],
): bigint[] {
  const { chainId, contracts } = evidence.venue;
  return [
    evidence.rootBefore(root as bigint),
    root as bigint,
    consumed as bigint,
    address as bigint,
    proofContext(chainId, contracts.ledgerRegistry, 'applyMessage', beneficiary as string),
  ];
}

async function smallestKey(evidence: Evidence): Promise<{
  readonly key: SnarkjsVerificationKey;
  readonly r1cs: string;
}> {
  const entry = evidence.artifact(...SMALLEST);
  const text = await exportedVerificationKey(evidence.checkout.read(entry.files['zkey']!.path)!);
  return { key: JSON.parse(text) as SnarkjsVerificationKey, r1cs: entry.files['r1cs']!.sha256 };
}

const pointsOf = ({ a, b, c }: ReturnType<typeof forged>): unknown[] => [a, b, c];

const ROLES: readonly (readonly ['MarketFeed' | 'RiskParameters' | 'LedgerRegistry', string])[] = [
  ['MarketFeed', 'owner'],
  ['MarketFeed', 'guardian'],
  ['MarketFeed', 'pendingOwner'],
  ['MarketFeed', 'pendingGuardian'],
  ['MarketFeed', 'pendingQuorum'],
  ['MarketFeed', 'threshold'],
  ['MarketFeed', 'signerCount'],
  ['RiskParameters', 'owner'],
  ['RiskParameters', 'gate'],
  ['LedgerRegistry', 'engine'],
  ['LedgerRegistry', 'vault'],
];
const DELAYS: readonly (readonly [
  (
    | 'MarketFeed'
    | 'RiskParameters'
    | 'LedgerRegistry'
    | 'LiquidationEngine'
    | 'Vault'
    | 'InsuranceFund'
  ),
  string,
])[] = [
  ['MarketFeed', 'config'],
  ['RiskParameters', 'delay'],
  ['RiskParameters', 'tighteningDelay'],
  ['LedgerRegistry', 'config'],
  ['LiquidationEngine', 'config'],
  ['Vault', 'config'],
  ['InsuranceFund', 'config'],
];

const addressOf = ({ venue }: Evidence, contract: string): string => {
  const field = contract.charAt(0).toLowerCase() + contract.slice(1);
  return (venue.contracts as Readonly<Record<string, string>>)[field]!;
};

/** Words of 32 bytes that hold an address of the venue in the code of one of its contracts. */
const IMMUTABLES: readonly (readonly [contract: string, holds: string])[] = [
  ['LiquidationEngine', 'Vault'],
  ['LiquidationEngine', 'InsuranceFund'],
  ['LiquidationEngine', 'Backstop'],
  ['LiquidationEngine', 'MarketFeed'],
  ['LedgerRegistry', 'TransitionVerifier'],
  ['MarketFeed', 'LedgerRegistry'],
  ['Vault', 'Asset'],
  ['InsuranceFund', 'Vault'],
  ['Backstop', 'InsuranceFund'],
  ['HealthGate', 'MarketFeed'],
];

export const KINDS: readonly Kind[] = [
  {
    name: 'source line',
    check: 'sources',
    tamper: (evidence, random) => {
      const path = pick(circuitSources(evidence.artifact(...SMALLEST)), random);
      const lines = evidence.file(path).split('\n');
      return evidence.withFile(
        path,
        lines.toSpliced(random(lines.length), 0, '// one line more').join('\n'),
      );
    },
  },
  {
    name: 'constraint dropped',
    check: 'constraints',
    tamper: (evidence, random) => {
      const entry = evidence.artifact(...SMALLEST);
      const candidates = circuitSources(entry).flatMap((path) =>
        evidence
          .file(path)
          .split('\n')
          .flatMap((line, index) => (/^\s*[^/* ].*===.*;\s*$/.test(line) ? [{ path, index }] : [])),
      );
      const { path, index } = pick(candidates, random);
      const without = evidence.file(path).split('\n').toSpliced(index, 1).join('\n');
      const sources = { ...entry.sources, [path]: sha256(without) };
      return evidence.withFile(path, without).withArtifact({ ...entry, sources });
    },
  },
  {
    name: 'compiler',
    check: 'compiler',
    tamper: (evidence, random) => {
      const entry = onDisk(evidence, random);
      return evidence.withArtifact({
        ...entry,
        tools: { ...(entry['tools'] as Record<string, string>), circom2: '0.0.1' },
      });
    },
  },
  {
    name: 'r1cs byte',
    check: 'r1cs',
    tamper: (evidence, random) => {
      const { path } = evidence.artifact(...SMALLEST).files['r1cs']!;
      const content = evidence.checkout.read(path)!;
      return evidence.withFile(path, flipped(content, random(content.length)));
    },
  },
  {
    name: 'proving key byte',
    check: 'zkey',
    tamper: (evidence, random) => {
      const { path } = evidence.artifact(...SMALLEST).files['zkey']!;
      const content = evidence.checkout.read(path)!;
      // Points of A to H: what is proven with, and no part of the verifying key.
      const { start, length } = sectionAt(content, 5 + random(5));
      return evidence.withFile(path, flipped(content, start + random(length)));
    },
  },
  { name: 'powers of tau', check: 'setup', on: 'rehearsal', tamper: spoiltPowers },
  { name: 'contribution', check: 'setup', on: 'rehearsal', tamper: spoiltContribution },
  { name: 'beacon', check: 'setup', on: 'rehearsal', tamper: spoiltBeacon },
  { name: 'gamma = delta', check: 'key-points', tamper: (evidence) => unfinished(evidence, 1n) },
  { name: 'gamma = -delta', check: 'key-points', tamper: (evidence) => unfinished(evidence, -1n) },
  {
    name: 'verifying key point',
    check: 'verifying-key',
    tamper: (evidence, random) => {
      const { path } = onDisk(evidence, random).files['verificationKey']!;
      const digits = [...evidence.file(path).matchAll(/"(\d{60,})"/g)];
      const { index } = pick(digits, random);
      const content = evidence.file(path);
      const at = index + 1 + random(40);
      const digit = String((Number(content[at]) + 1) % 10);
      return evidence.withFile(path, content.slice(0, at) + digit + content.slice(at + 1));
    },
  },
  {
    name: '+q spelling in a verifying key',
    check: 'verifying-key',
    tamper: (evidence, random) => {
      const { path } = onDisk(evidence, random).files['verificationKey']!;
      const [found] = pick([...evidence.file(path).matchAll(/"\d{60,}"/g)], random);
      const more = `"${BigInt(found.slice(1, -1)) + BASE_FIELD}"`;
      return evidence.withFile(path, evidence.file(path).replace(found, more));
    },
  },
  {
    name: 'Solidity constant',
    check: 'solidity',
    tamper: (evidence, random) => {
      const entry = evidence.artifact(...SMALLEST);
      const contract = verifierName(entry.statement, entry.profile);
      const source = evidence.file(`contracts/verifiers/${contract}.sol`);
      const constants = [...new Set([...source.matchAll(/\b\d{70,}\b/g)].map(([found]) => found))];
      const constant = pick(constants, random);
      return deployedAnew(
        evidence,
        entry,
        source.replaceAll(constant, String(BigInt(constant) - 1n)),
      );
    },
  },
  {
    name: 'bytecode byte',
    check: 'runtime',
    tamper: (evidence, random) => {
      const { verifiers } = evidence.venue;
      const all = Object.values(verifiers).flatMap((profiles) => Object.values(profiles));
      const at = 2 * random(2_000) + 2;
      return evidence.withCode(pick(all, random).address, (code) => {
        const byte = (Number.parseInt(code.slice(at, at + 2), 16) ^ 1)
          .toString(16)
          .padStart(2, '0');
        return code.slice(0, at) + byte + code.slice(at + 2);
      });
    },
  },
  {
    name: 'creation byte',
    check: 'creation',
    tamper: (evidence, random) => {
      const { verifiers } = evidence.venue;
      const all = Object.values(verifiers).flatMap((profiles) => Object.values(profiles));
      const hash = pick(all, random).keyHash.slice(2);
      const at = 2 * random(200) + 2;
      return evidence.withCreations((input) => {
        if (!input.includes(hash)) return input;
        const byte = (Number.parseInt(input.slice(at, at + 2), 16) ^ 1)
          .toString(16)
          .padStart(2, '0');
        return input.slice(0, at) + byte + input.slice(at + 2);
      });
    },
  },
  {
    name: 'immutable',
    check: 'immutables',
    tamper: (evidence, random) => {
      const [contract, holds] = pick(IMMUTABLES, random);
      const word = addressOf(evidence, holds).slice(2).toLowerCase().padStart(64, '0');
      const other = word.slice(0, -1) + (Number.parseInt(word.slice(-1), 16) ^ 1).toString(16);
      return evidence.withCode(addressOf(evidence, contract), (code) => code.replace(word, other));
    },
  },
  {
    name: 'role',
    check: 'roles',
    tamper: (evidence, random) => {
      const [contract, view] = pick(ROLES, random);
      return evidence.withView(contract, addressOf(evidence, contract), view, (words) => {
        words[0]! += 1n;
      });
    },
  },
  {
    name: 'delay',
    check: 'delays',
    tamper: (evidence, random) => {
      const [contract, view] = pick(DELAYS, random);
      return evidence.withView(contract, addressOf(evidence, contract), view, (words) => {
        words[random(words.length)]! += 1n;
      });
    },
  },
  {
    name: 'parameter set',
    check: 'parameters',
    tamper: (evidence, random) => {
      const view = pick(['activeHash', 'pending'], random);
      return evidence.withView(
        'RiskParameters',
        addressOf(evidence, 'RiskParameters'),
        view,
        (words) => {
          words[0]! += 1n + BigInt(random(1_000));
        },
      );
    },
  },
  {
    name: 'transition verifier',
    check: 'transition-verifier',
    tamper: (evidence, random) =>
      evidence.withView(
        'LedgerRegistry',
        addressOf(evidence, 'LedgerRegistry'),
        'transitionVerifier',
        (words) => {
          words[0]! += 1n + BigInt(random(1_000));
        },
      ),
  },
  {
    name: 'posted proof',
    check: 'proof',
    tamper: (evidence, random) =>
      onForced(evidence, random, (args) => {
        const proof = args[1] as [[bigint, bigint], unknown, [bigint, bigint]];
        const place = pick([0, 2] as const, random);
        // A point as good as any, and not the one of the proof.
        proof[place] = [proof[place][0], BASE_FIELD - proof[place][1]];
      }),
  },
  {
    name: '+q spelling in a posted proof',
    check: 'proof',
    tamper: (evidence, random) =>
      onForced(evidence, random, (args) => {
        const proof = args[1] as [[bigint, bigint], unknown, [bigint, bigint]];
        proof[pick([0, 2] as const, random)][random(2)]! += BASE_FIELD;
      }),
  },
  {
    name: 'proof under another key',
    check: 'proof',
    tamper: async (evidence, random) => {
      const { key, r1cs } = await smallestKey(evidence);
      return onForced(evidence, random, (args) => {
        const signals = signalsOf(evidence, args);
        args[1] = pointsOf(forged(key, r1cs, signals, 2n + BigInt(random(1_000))));
      });
    },
  },
  {
    name: 'signal, with a proof that holds for it',
    check: 'signals',
    tamper: async (evidence, random) => {
      const { key, r1cs } = await smallestKey(evidence);
      return onForced(evidence, random, (args) => {
        const signals = signalsOf(evidence, args);
        // The root that it made, or how much was applied.
        if (random(2) === 0) signals[1]! -= 1n + BigInt(random(1_000));
        else signals[2]! += (1n + BigInt(random(1_000))) << 128n;
        [args[2], args[3]] = [signals[1], signals[2]];
        args[1] = pointsOf(forged(key, r1cs, signals));
      });
    },
  },
  {
    name: 'snapshot',
    check: 'snapshot',
    tamper: (evidence, random) => {
      const chosen = random(evidence.countCalls('MarketFeed', 'submitSnapshot'));
      return evidence.withCalls('MarketFeed', 'submitSnapshot', (args, place) => {
        if (place !== chosen) return;
        const document = toUtf8String(getBytes(args[1] as string));
        const changed = document.replace(/"depthQuote":\s*"(\d+)"/, (all, depth: string) =>
          all.replace(depth, String(BigInt(depth) + 1n + BigInt(random(1_000)))),
        );
        args[1] = hexlify(toUtf8Bytes(changed));
      });
    },
  },
  {
    name: 'ledger leaf',
    check: 'ledger',
    tamper: (evidence, random) => {
      const chosen = random(evidence.countCalls('LedgerRegistry', 'submitRoot'));
      return evidence.withCalls('LedgerRegistry', 'submitRoot', (args, place) => {
        if (place !== chosen) return;
        const data = toUtf8String(getBytes(args[1] as string));
        const balances = [...data.matchAll(/"USDC":"(-?\d+)"/g)];
        const { index, 0: all, 1: amount } = pick(balances, random);
        const other = all.replace(amount!, String(BigInt(amount!) + 1n));
        args[1] = hexlify(
          toUtf8Bytes(data.slice(0, index) + other + data.slice(index + all.length)),
        );
      });
    },
  },
  {
    name: 'inbox message',
    check: 'inbox',
    tamper: (evidence, random) => {
      let count = 0;
      evidence.withEvents('LedgerRegistry', 'MessageAppended', () => (count += 1));
      const chosen = random(count);
      return evidence.withEvents('LedgerRegistry', 'MessageAppended', (words, place) => {
        if (place === chosen) words[2]! ^= 1n << BigInt(random(256));
      });
    },
  },
  {
    name: 'tick',
    check: 'tick',
    tamper: (evidence, random) => {
      let count = 0;
      evidence.withEvents('MarketFeed', 'TickOpened', () => (count += 1));
      const chosen = random(count);
      return evidence.withEvents('MarketFeed', 'TickOpened', (words, place) => {
        // Without the indexed ones: snapshot, parameters, time, sequence, count.
        if (place === chosen) words[random(2)]! += 1n + BigInt(random(1_000));
      });
    },
  },
];
