// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a session of real proofs, handed to a register over HTTP.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Contract } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { exportedAbi } from '../../../../../prover/chain/abi.ts';
import { formatVenue, type VenueDocument } from '../../../../../prover/chain/venue-document.ts';
import { Ledger } from '../../../../../prover/commitments/ledger.ts';
import { saveProof } from '../../../../../prover/proving/formats/saved-proof.ts';
import { jsonRpcOf } from '../../../../../prover/receipt/provider-rpc.ts';
import { formatSession } from '../../../../../prover/venue/session/session-document.ts';
import { plimsoll, type CliResult } from '../../../../support/cli.ts';
import { developmentKey } from '../../../../support/deployments.ts';
import { venueDocumentOf } from '../../../../support/plans.ts';
import { coverageOf, SESSION_START, sessionVenue } from '../../../../support/registers.ts';
import { startRpcChain, type RpcChain } from '../../../../support/rpc-chain.ts';
import {
  CREDITOR,
  PHANTOM_LONG,
  provenSession,
  SMALL_SESSION,
  type ProvenSession,
} from '../../../../support/solvency-session.ts';
import { toldStatements } from '../../../../support/statement-log.ts';

let chain: RpcChain;
let scratch: string;
let folder: string;
let register: Contract;
/** Of the first session, which is handed in whole. */
let handed: ProvenSession;
let venue: VenueDocument;
const path = (name: string): string => join(folder, name);

/** A folder as `solvency prove` leaves it, with the venue that the session is handed to. */
async function begin(
  session: ProvenSession,
  of: Pick<ProvenSession, 'ledger' | 'totals'> = session,
): Promise<void> {
  folder = mkdtempSync(join(scratch, 'session-'));
  chain = await startRpcChain({ startAt: SESSION_START });
  const made = await sessionVenue(chain, of, { quoteE6: 0n });
  register = new Contract(made.register.target, exportedAbi('SolvencyRegister'), chain.provider);
  const contracts = { ...made.venue.addresses, solvencyRegister: String(register.target) };
  const document = venueDocumentOf(contracts);
  const { transitionVerifier } = made.venue;
  venue = { ...document, contracts: { ...document.contracts, transitionVerifier } };
  writeFileSync(path('venue.json'), formatVenue(venue));
  writeFileSync(
    path('plain.json'),
    formatVenue(
      venueDocumentOf(made.venue.addresses, {
        contracts: { ...made.venue.addresses, transitionVerifier },
      }),
    ),
  );
  writeFileSync(path('session.json'), formatSession(session.document));
  for (const [name, file] of session.files) saveProof(path(`${name}.json`), file);
}

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'plimsoll-submit-'));
  handed = await provenSession(SMALL_SESSION);
  await begin(handed);
}, 600_000);
afterAll(async () => {
  await chain.close();
  rmSync(scratch, { recursive: true });
});

function attempt(name: string, venue: string, ...argv: string[]): Promise<CliResult> {
  process.env['PLIMSOLL_SIGNER_KEY'] = developmentKey(5);
  return plimsoll(name, ...argv, '--venue', path(venue), '--rpc', chain.url, '--json');
}
async function run(name: string, ...argv: string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await attempt(name, 'venue.json', ...argv);
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe('a session on chain', () => {
  test('is pinned, handed in and closed; what was sent is not sent again', async () => {
    expect(await run('solvency pin', '--dry-run')).toMatchObject({ isDryRun: true, pin: null });
    expect(await run('solvency pin')).toMatchObject({ isDryRun: false, pin: '1', tick: '1' });
    const submit = [folder, '--pin', '1'];
    expect(await run('solvency submit', ...submit, '--dry-run')).toMatchObject({
      isDryRun: true,
      transactions: 0,
    });
    // Rows, batches, close.
    expect(await run('solvency submit', ...submit)).toMatchObject({ pin: '1', transactions: 3 });
    expect(await coverageOf(register)).toMatchObject({ tick: 1n, coverageBps: 0n });
    expect(await run('solvency submit', ...submit)).toMatchObject({ transactions: 1 });
  });

  test('is told by a service, every call of it with the proofs that it brought', async () => {
    const told = await toldStatements(jsonRpcOf(chain.provider), venue);
    expect(told.map(({ statement, event }) => [statement, event])).toEqual([
      ['risk-arrays', 'ProofsAccepted'],
      ['solvency-batch', 'ProofsAccepted'],
      ['solvency-close', 'SessionClosed'],
      ['solvency-close', 'SessionClosed'],
    ]);
    const { rows, batches } = handed;
    expect(told.map(({ proofs }) => proofs)).toEqual([rows.length, batches.length, 1, 1]);
    for (const { statement, held, proofs, others } of told) {
      expect([statement, held, others]).toEqual([statement, proofs, []]);
    }
  });

  test('is refused without its close, its pin or a register', async () => {
    const missing = await attempt('solvency submit', 'venue.json', folder, '--pin', '9');
    expect(missing).toMatchObject({ status: 1 });
    expect(missing.stderr).toMatch(/UnknownPin/);
    expect((await attempt('solvency submit', 'venue.json', folder)).stderr).toMatch(/^--pin: /);
    expect((await attempt('solvency pin', 'plain.json')).stderr).toMatch(
      /the venue has no register of solvency sessions/,
    );
    rmSync(path('close.json'));
    expect((await attempt('solvency submit', 'venue.json', folder, '--pin', '1')).stderr).toMatch(
      /close\.json: no proof of it/,
    );
  });
});

describe('a venue is refused by its register and by whoever verifies', () => {
  const tick = ['--tick', 'crash'];
  const refusals = async (root: bigint): Promise<readonly string[]> => {
    await run('solvency pin');
    const submitted = await attempt('solvency submit', 'venue.json', folder, '--pin', '1');
    const verified = await plimsoll('solvency verify', folder, ...tick, '--root', String(root));
    expect([submitted.status, verified.status]).toEqual([1, 1]);
    return [submitted.stderr, verified.stderr];
  };
  const elsewhere = async (...at: Parameters<typeof begin>): Promise<readonly string[]> => {
    await chain.close();
    await begin(...at);
    return refusals((at[1] ?? at[0]).ledger.root);
  };

  test('with a phantom long, though every proof of its session holds', async () => {
    const [register, verifier] = await elsewhere(await provenSession(PHANTOM_LONG));
    expect(register).toMatch(/StateNotReached/);
    expect(verifier).toMatch(/^end: the close begins elsewhere than the last of batches ends/);
  }, 300_000);

  test('with an account left out that only its owner would miss', async () => {
    const session = await provenSession(SMALL_SESSION);
    const { totals } = session;
    const ledger = new Ledger([...SMALL_SESSION, CREDITOR]);
    const [register, verifier] = await elsewhere(session, { ledger, totals });
    expect(register).toMatch(/WrongTickRoot/);
    expect(verifier).toBe('ledger: the session is about another ledger');
    // Control: it is about the ledger without that account.
    const own = String(session.ledger.root);
    const without = await plimsoll('solvency verify', folder, ...tick, '--root', own);
    expect(without.status, without.stderr).toBe(0);
  }, 300_000);
});
