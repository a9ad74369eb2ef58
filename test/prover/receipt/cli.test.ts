// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { encryptKeystoreJsonSync } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { KEY_VARIABLE, PASSWORD_VARIABLE } from '../../../prover/chain/wallet.ts';
import { formatLedger } from '../../../prover/documents/ledger-document.ts';
import { FEED_VIEWS } from '../../../prover/receipt/chain-check.ts';
import { installChecker } from '../../support/checker-package.ts';
import { plimsoll, type CliResult } from '../../support/cli.ts';
import { busyNode } from '../../support/faulty-node.ts';
import {
  ACCOUNT,
  OWNED_LEDGER,
  OWNER,
  STRANGER,
  receiptVenue,
  type ReceiptVenue,
} from '../../support/receipts.ts';

const ASKED = 'Ada asks, 22 November';
let at: ReceiptVenue;
let folder: string;
let file: (name: string) => string;
let node: readonly string[];

function withKey(key: string | undefined, run: () => Promise<CliResult>): Promise<CliResult> {
  if (key !== undefined) process.env[KEY_VARIABLE] = key;
  return run().finally(() => delete process.env[KEY_VARIABLE]);
}

function create(out: string, ...more: readonly string[]): Promise<CliResult> {
  const documents = ['--account', String(ACCOUNT), '--ledger', file('ledger.json')];
  return plimsoll('receipt create', ...documents, '--out', file(out), ...more);
}

const verify = (...args: string[]): Promise<CliResult> => plimsoll('receipt verify', ...args);

beforeAll(async () => {
  at = await receiptVenue();
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-receipt-'));
  file = (name) => join(folder, name);
  const { marketFeed, healthGate } = at.place;
  node = ['--rpc', at.chain.url, '--feed', marketFeed, '--gate', healthGate];
  writeFileSync(file('ledger.json'), formatLedger(OWNED_LEDGER.accounts));
});
afterAll(async () => {
  await at.chain.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('plimsoll receipt', () => {
  it('makes an exact receipt from a node and checks it against the chain', async () => {
    const made = await create('exact.json', ...node);
    expect(made.stderr).not.toMatch(/must|required/);
    expect(made.status).toBe(0);
    expect(made.stdout).toContain(`exact receipt of account ${ACCOUNT}`);
    expect(made.stdout).toMatch(new RegExp(`verify .* --rpc .* --feed ${at.place.marketFeed}$`));

    const online = await verify(
      ...[file('exact.json'), '--rpc', at.chain.url, '--feed', at.place.marketFeed],
    );
    expect(online.status).toBe(0);
    expect(online.stdout).toMatch(
      new RegExp(`^Valid\\. At margin tick 1 .* account ${ACCOUNT} of ${OWNER.address} had`),
    );
    expect(online.stdout).not.toContain('not checked');

    const offline = await verify(file('exact.json'), '--json');
    expect(offline.status).toBe(0);
    const report = JSON.parse(offline.stdout) as { notChecked: string[] };
    expect(report).toMatchObject({ valid: null, proofHolds: true, chainAsked: false });
    expect(report.notChecked.filter((line) => line.startsWith('not checked'))).toHaveLength(2);
  });

  it('tells a script that a receipt is valid only of a venue that was named', async () => {
    const chain = ['--rpc', at.chain.url, '--json'];
    const unnamed = await verify(file('exact.json'), ...chain);
    expect(unnamed.status).toBe(0);
    expect(JSON.parse(unnamed.stdout)).toMatchObject({
      valid: null,
      proofHolds: true,
      chainAsked: true,
      venueNamed: false,
    });
    const named = await verify(file('exact.json'), ...chain, '--feed', at.place.marketFeed);
    expect(named.status).toBe(0);
    expect(JSON.parse(named.stdout)).toMatchObject({
      valid: true,
      proofHolds: true,
      chainAsked: true,
      venueNamed: true,
    });
  });

  it('blames the node, and not the receipt, when the node is too busy for a call', async () => {
    const busy = await busyNode(at.chain.url, FEED_VIEWS.getFunction('tickAt')!.selector);
    try {
      const unchecked = await verify(file('exact.json'), '--rpc', busy.url, '--json');
      expect(unchecked.status).toBe(1);
      expect(unchecked.stderr).toMatch(/^the node does not tell tickAt of 0x\w{40}$/);
      expect(unchecked.stdout).toBe('');
    } finally {
      await busy.close();
    }
  });

  it('makes a private receipt away from the network, with an encrypted key', async () => {
    const placed = await plimsoll('receipt place', ...node, '--out', file('place.json'));
    expect(placed.status).toBe(0);
    writeFileSync(
      file('keystore.json'),
      encryptKeystoreJsonSync(OWNER, 'open sesame', { scrypt: { N: 2 } }),
    );
    process.env[PASSWORD_VARIABLE] = 'open sesame';
    const made = await create(
      'private.json',
      ...['--private', '--challenge', ASKED, '--equity-at-least', '10000.5'],
      ...['--place', file('place.json'), '--keystore', file('keystore.json')],
    ).finally(() => delete process.env[PASSWORD_VARIABLE]);
    expect(made.stderr).not.toMatch(/must|required/);
    expect(made.status).toBe(0);

    const asked = await verify(
      ...[file('private.json'), '--challenge', ASKED, '--rpc', at.chain.url],
      ...['--feed', at.place.marketFeed],
    );
    expect(asked.status).toBe(0);
    expect(asked.stdout).toContain(
      `an account of ${OWNER.address} met its initial margin, and its equity was at least ` +
        '10,000.500000 USD.',
    );

    const replayed = await verify(file('private.json'), '--challenge', 'Bob asks', '--json');
    expect(replayed.status).toBe(1);
    expect(JSON.parse(replayed.stdout)).toMatchObject({ valid: false, code: 'CHALLENGE_MISMATCH' });
  });

  it('checks with keys from elsewhere, and believes no others', async () => {
    expect((await plimsoll('receipt keys', '--out', file('keys.json'))).status).toBe(0);
    const trusting = await verify(file('exact.json'), '--keys', file('keys.json'));
    expect(trusting.status).toBe(0);
    const document = JSON.parse(readFileSync(file('keys.json'), 'utf8')) as {
      keys: { statement: string }[];
    };
    const keys = document.keys.filter(({ statement }) => statement === 'solvency-receipt');
    writeFileSync(file('other-keys.json'), JSON.stringify({ ...document, keys }));
    const doubting = await verify(file('exact.json'), '--keys', file('other-keys.json'));
    expect(doubting.status).toBe(1);
    expect(doubting.stderr).toMatch(/made under a key that is not trusted here/);
  });

  it('is checked alike by the small package, which has no keys of its own', async () => {
    const checker = installChecker(folder);
    const chain = ['--rpc', at.chain.url, '--feed', at.place.marketFeed];
    const trusted = ['--keys', file('keys.json'), ...chain];
    const checked = await checker.run('receipt', 'verify', file('exact.json'), ...trusted);
    const here = await verify(file('exact.json'), ...trusted);
    expect(checked).toMatchObject({ status: 0, stdout: `${here.stdout}\n` });
    expect(checked.stdout).toMatch(/^Valid\. /);

    const keyless = await checker.run('receipt', 'verify', file('exact.json'), ...chain);
    expect(keyless).toMatchObject({ status: 2, stdout: '' });
    expect(keyless.stderr).toMatch(
      /--keys: is required.* this package comes without keys.*keys --all/,
    );
  });

  it('tells a file that is no receipt from a receipt that does not hold', async () => {
    const source = readFileSync(file('exact.json'), 'utf8');
    writeFileSync(file('short.json'), source.slice(0, -40));
    const short = await verify(file('short.json'));
    expect(short.status).toBe(2);
    expect(short.stderr).toMatch(/is not complete, valid JSON/);

    const rich = source.replace(/"equityE6": "\d/, '"equityE6": "9');
    expect(rich).not.toBe(source);
    writeFileSync(file('rich.json'), rich);
    const altered = await verify(file('rich.json'));
    expect(altered.status).toBe(1);
    expect(altered.stderr).toMatch(/does not hold for what the receipt says/);

    expect((await verify(file('none.json'))).stderr).toMatch(/no such file/);
    const wrongRpc = await verify(file('exact.json'), '--rpc', 'ftp://nowhere');
    expect(wrongRpc.status).toBe(2);
    expect(wrongRpc.stderr).toBe('--rpc: must be an http or https URL');
  });

  it.each([
    [['--place', 'x', '--rpc', 'http://x'], /^--place: excludes --rpc/],
    [['--keystore', 'x'], /^--keystore: needs --private/],
    [['--equity-at-least', '5'], /^--equity-at-least: needs --private/],
    [['--private'], /^--challenge: is required with --private/],
    [['--challenge', '0x12'], /^--challenge: must be a text, or 0x and exactly 64/],
    [
      ['--private', '--challenge', 'x', '--equity-at-least', '1e3'],
      /^--equity-at-least: must be an/,
    ],
    [[], /^--place: is required, or --rpc with --venue, or --feed and --gate/],
    [['--rpc', 'http://x'], /^--feed: is required/],
  ])('refuses create %j, and says which flag is to blame', async (flags, message) => {
    const isPlaced = flags.includes('1e3') ? ['--place', file('place.json')] : [];
    const refused = await withKey(OWNER.privateKey, () => create('no.json', ...flags, ...isPlaced));
    expect(refused.stderr).toMatch(message);
    expect(refused.status).toBe(2);
    expect(() => readFileSync(file('no.json'))).toThrow(/ENOENT/);
  });

  it('refuses a signer who does not own the account, and documents of no tick', async () => {
    const stolen = await withKey(STRANGER.privateKey, () =>
      create('no.json', '--private', '--challenge', ASKED, '--place', file('place.json')),
    );
    expect(stolen.status).toBe(2);
    expect(stolen.stderr).toMatch(/^signer: must be 0x\w{40}, who owns account/);
    const calm = await create('no.json', ...node, '--tick', 'calm');
    expect(calm.status).toBe(1);
    expect(calm.stderr).toMatch(/none of the last 1 margin ticks binds this ledger, snapshot and/);
  });
});
