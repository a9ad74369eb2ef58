// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: on demand alone (docs/properties.md), for CI builds no circuit of 64 positions.
import { writeFileSync } from 'node:fs';

import { afterAll, describe, expect, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { bidForAccount, openLiquidation } from '../../prover/chain/submit.ts';
import type { Account } from '../../prover/commitments/account.ts';
import { loadSample } from '../../prover/sample/sample.ts';
import { GATED_PROFILES } from '../support/chain.ts';
import { startLife, termsIn, type Life } from '../support/life.ts';
import { accountNamed, closeProver, marginOf } from '../support/proofs.ts';

/** Where the figures go; without it nothing is run. */
const REPORT = process.env['PLIMSOLL_SIXTY_FOUR'];
const SIXTY_FOUR = accountNamed('positions-64');
/** Where it stands in the ledger of these tests. */
const LARGE = 40;
const LIMIT_E6 = 10n ** 14n;
const MINUTE = 60n;
const { registry, engine } = DEFAULT_VENUE_CONFIG;
const CONFIG = { ...DEFAULT_VENUE_CONFIG, registry: { ...registry, maxPositions: 64 } };
const PROFILES = {
  ...GATED_PROFILES,
  liquidation: [...GATED_PROFILES.liquidation, '64'],
  'account-margin': [...GATED_PROFILES['account-margin'], '64'],
} as const;

let life: Life | undefined;

afterAll(async () => {
  await life?.chain.close();
  await closeProver();
});

/** The sample's account of 64 positions, with half of its maintenance margin left. */
function withLarge(accounts: readonly Account[]): readonly Account[] {
  const large = loadSample().ledgers.crash[SIXTY_FOUR]!;
  const { equityE6, mmE6 } = marginOf(SIXTY_FOUR);
  return accounts.with(LARGE, { ...large, quoteE6: large.quoteE6 - equityE6 + mmE6 / 2n });
}

/** What `prove` makes, and the seconds it took, in which the chain had a tick every minute. */
async function meanwhile<T>(at: Life, prove: () => Promise<T>): Promise<readonly [T, number]> {
  const started = performance.now();
  const made = await prove();
  const seconds = Math.ceil((performance.now() - started) / 1_000);
  const until = (await at.chain.now()) + BigInt(seconds);
  while ((await at.chain.now()) / MINUTE < until / MINUTE) await at.nextTick();
  const left = until - (await at.chain.now());
  await at.after(left > 1n ? left : 1n);
  return [made, seconds];
}

describe.runIf(REPORT !== undefined)('an account of 64 positions', () => {
  it('opens, is bid for, taken over and closed while ticks come every minute', async () => {
    life = await startLife({ config: CONFIG, profiles: PROFILES, change: withLarge });
    const beneficiary = life.addresses.keeper;
    const openingTick = life.tick;
    const [opening, openingSeconds] = await meanwhile(life, () => life!.openingProof(LARGE));
    expect(opening.profile).toBe('64');
    const opened = await openLiquidation(life.by('keeper'), {
      tick: openingTick,
      ...opening,
      beneficiary,
    });
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    await life.letPass(BigInt(engine.rampSeconds));

    const [bid, bidSeconds] = await meanwhile(life, () => life!.bidProof(LARGE));
    expect(bid.profile).toBe('64');
    const escrowed = await bidForAccount(life.by('bidder'), bid, frozenIn, LIMIT_E6);
    const terms = termsIn(life.venue, escrowed);
    expect(terms.payerPaidE6 - terms.creditE6).toBeLessThan(marginOf(SIXTY_FOUR).mmE6 / 2n);
    await life.root();
    const closed = await life.close(terms);
    expect(life.ledger.account(LARGE)).toMatchObject({
      owner: BigInt(life.addresses.bidder),
      settlementNonce: 1n,
      frozen: false,
    });
    expect(life.ledger.account(LARGE).positions).toHaveLength(64);
    const report = {
      openingSeconds,
      bidSeconds,
      gas: { open: opened.gasUsed, bid: escrowed.gasUsed, close: closed.gasUsed },
    };
    const text = JSON.stringify(report, (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
    writeFileSync(REPORT!, `${text}\n`);
  }, 1_800_000);
});
