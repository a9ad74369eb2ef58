// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { InvalidInput } from '../../../prover/core/errors.ts';
import { loadArtifactManifest, readArtifactFile } from '../../../prover/proving/artifacts.ts';
import {
  formatPlace,
  formatReceipt,
  parsePlace,
  parseReceipt,
} from '../../../prover/receipt/document.ts';
import { parseVerifyingKeys } from '../../../prover/receipt/verifying-keys.ts';

const FEED = '0x5FC8d32690cc91D4c39d9d3abcBD16989F875707';
const OWNER = '0x24C2a8DBF19C481f9e81a2374a287aeBc93606c0';
const digest = (digit: string): string => digit.repeat(64);

/** Well-formed, and of nobody: what is read here is never verified. */
function exactDocument() {
  return {
    format: 'plimsoll-receipt',
    version: 2,
    kind: 'exact',
    statement: 'account-margin',
    place: {
      chainId: '31337',
      marketFeed: FEED,
      ledgerRegistry: FEED,
      healthGate: FEED,
      tick: '1',
      tickTime: 1_770_307_202,
    },
    challenge: `0x${digest('7')}`,
    key: {
      profile: '4',
      r1cs: digest('1'),
      zkey: digest('2'),
      verificationKey: digest('3'),
      setup: 'ceremony',
    },
    proof: {
      a: ['1', '2'],
      b: [
        ['1', '2'],
        ['3', '4'],
      ],
      c: ['1', '2'],
    },
    signals: {
      ledgerRoot: '1',
      snapshotHash: '2',
      parameterHash: '3',
      accountIndex: '4',
      settlementNonce: '0',
      owner: OWNER,
      frozen: '0',
      riskReducingOnly: '1',
      equityE6: '-5',
      maintenanceMarginE6: '6',
      initialMarginE6: '7',
      worstScenarioBtc: '32',
      worstScenarioEth: '0',
      cureBufferBps: '1000',
      haircutE6: '12',
      context: '8',
    },
  };
}

function privateDocument() {
  const { signals, ...common } = exactDocument();
  const { ledgerRoot, snapshotHash, parameterHash, owner, context } = signals;
  return {
    ...common,
    kind: 'private',
    statement: 'solvency-receipt',
    signals: { ledgerRoot, snapshotHash, parameterHash, owner, context, equityAtLeastE6: '9' },
    authorization: { signer: OWNER, signature: `0x${'1'.repeat(128)}1b` },
  };
}

/** The document with the value at `path` replaced; `undefined` removes it. */
function altered(document: object, path: string, value: unknown): string {
  const copy = structuredClone(document) as Record<string, unknown>;
  const keys = path.split('.');
  let holder = copy;
  for (const key of keys.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  if (value === undefined) delete holder[keys.at(-1)!];
  else holder[keys.at(-1)!] = value;
  return JSON.stringify(copy);
}

describe('a receipt document', () => {
  it('is read and written without loss', () => {
    for (const document of [exactDocument(), privateDocument()]) {
      const receipt = parseReceipt(JSON.stringify(document));
      expect(JSON.parse(formatReceipt(receipt))).toEqual(document);
    }
  });

  it.each<[string, unknown, string]>([
    ['format', 'plimsoll-proof', 'format: must be "plimsoll-receipt"'],
    ['version', 1, 'version: must be 2'],
    ['kind', 'other', 'kind: must be "exact" or "private"'],
    ['kind', undefined, 'kind: must be "exact" or "private"'],
    ['statement', 'solvency-receipt', 'statement: must be "account-margin"'],
    ['place.chainId', '0', 'place.chainId: must be at least 1'],
    ['place.chainId', 1, 'place.chainId: must be a canonical decimal string'],
    ['place.tick', '01', 'place.tick: must be a canonical decimal string'],
    ['place.tick', String(2n ** 64n - 1n), 'place.tick: must be at most 18446744073709551614'],
    ['place.tickTime', 1.5, 'place.tickTime: must be an integer'],
    ['place.marketFeed', FEED.toLowerCase(), 'place.marketFeed: must be a 20-byte address'],
    ['place.note', 'x', 'place.note: unknown field'],
    ['challenge', `0x${'A'.repeat(64)}`, 'challenge: must be 0x and 64 lower-case'],
    ['key.setup', 'mine', 'key.setup: must be one of insecure-development, ceremony'],
    ['key.zkey', digest('G'), 'key.zkey: must be a SHA-256 digest'],
    ['proof.a', ['1'], 'proof.a: must have at least 2 entries, has 1'],
    ['proof.c', [String(2n ** 254n), '1'], 'proof.c[0]: must be at most'],
    ['signals.context', String(2n ** 254n), 'signals.context: must be at most'],
    ['signals.equityE6', '-0', 'signals.equityE6: must be a canonical decimal string'],
    ['signals.equityE6', String(2n ** 127n), 'signals.equityE6: must be at most'],
    ['signals.accountIndex', String(2n ** 24n), 'signals.accountIndex: must be at most 16777215'],
    ['signals.worstScenarioBtc', '33', 'signals.worstScenarioBtc: must be at most 32'],
    ['signals.owner', undefined, 'signals.owner: is required'],
    ['signals.frozen', '2', 'signals.frozen: must be at most 1'],
    ['signals.haircutE6', String(2n ** 80n), 'signals.haircutE6: must be at most'],
    ['signals.change', '5', 'signals.change: unknown field'],
    ['authorization', {}, 'authorization: unknown field'],
  ])('is refused with %s = %j', (path, value, message) => {
    const read = (): unknown => parseReceipt(altered(exactDocument(), path, value));
    expect(read).toThrow(InvalidInput);
    expect(read).toThrow(message);
  });

  it.each<[string, unknown, string]>([
    ['challenge', `0x${digest('0')}`, 'challenge: must not be zero'],
    ['challenge', '!', 'challenge: must be 0x and 64 lower-case'],
    ['authorization', undefined, 'authorization: is required'],
    ['authorization.signature', '0x12', 'authorization.signature: must be a 65-byte signature'],
    ['signals.equityAtLeastE6', '-1', 'signals.equityAtLeastE6: must be at least 0'],
    ['signals.equityAtLeastE6', String(2n ** 88n), 'signals.equityAtLeastE6: must be at most'],
    ['signals.accountIndex', '4', 'signals.accountIndex: unknown field'],
  ])('of the private kind is refused with %s = %j', (path, value, message) => {
    expect(() => parseReceipt(altered(privateDocument(), path, value))).toThrow(message);
  });

  it.each(['', 'null', '[]', '1', '"x"', '{}', '{"kind":"exact"', 'undefined'])(
    'is refused as %j',
    (source) => {
      expect(() => parseReceipt(source)).toThrow(InvalidInput);
    },
  );
});

describe('a place document', () => {
  it('is read and written without loss, and nothing else is read as one', () => {
    const { place } = parseReceipt(JSON.stringify(exactDocument()));
    expect(parsePlace(formatPlace(place), 'place')).toEqual(place);
    expect(() => parsePlace(JSON.stringify(exactDocument()), 'place')).toThrow(
      'format: must be "plimsoll-place"',
    );
  });
});

describe('a document of verifying keys', () => {
  const artifact = loadArtifactManifest().artifacts.find(
    ({ statement }) => statement === 'account-margin',
  )!;
  const text = new TextDecoder().decode(readArtifactFile(artifact.files.verificationKey));
  const entry = {
    statement: 'account-margin',
    profile: '4',
    setup: 'insecure-development',
    r1cs: digest('1'),
    zkey: digest('2'),
    verificationKey: text,
  };
  const read = (key: object) =>
    parseVerifyingKeys(
      JSON.stringify({ format: 'plimsoll-verifying-keys', version: 1, keys: [key] }),
      'keys',
    );

  it('gives each key the hash of its file', () => {
    expect(read(entry)).toMatchObject([
      { verificationKey: artifact.files.verificationKey.sha256, profile: '4' },
    ]);
  });

  it('is refused with a key of another statement, or of a set-up that was never finished', () => {
    expect(() => read({ ...entry, statement: 'solvency-receipt' })).toThrow(
      'keys[0].verificationKey: must have the 6 public signals of solvency-receipt',
    );
    const key = JSON.parse(text) as Record<string, unknown>;
    const unfinished = JSON.stringify({ ...key, vk_delta_2: key['vk_gamma_2'] });
    const refused = (): unknown => read({ ...entry, verificationKey: unfinished });
    expect(refused).toThrow(InvalidInput);
    expect(refused).toThrow(/^keys\[0\]\.verificationKey\.vk_delta_2: .* phase 2 was never done/);
    expect(() => read({ ...entry, verificationKey: text.slice(0, 99) })).toThrow(
      'verificationKey: is not complete, valid JSON',
    );
    // A browser's page is bundled from such a document: it would call forged receipts valid.
    expect(() => read({ ...entry, setup: 'ceremony' })).toThrow(
      'keys[0].verificationKey: is called "ceremony", but is a development key',
    );
    expect(() => parseVerifyingKeys('{"format":"plimsoll-verifying-keys"}', 'k')).toThrow(
      'version: is required',
    );
  });
});
