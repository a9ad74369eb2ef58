// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { loadDefaultParameters } from '../../../../../prover/documents/parameters-document.ts';
import { accountGreeks } from '../../../../../prover/risk/greeks/greeks.ts';
import { marginPortfolio } from '../../../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../../../prover/risk/pricing/market.ts';
import { labelled } from '../../../../../prover/sample/labels.ts';
import { loadSample } from '../../../../../prover/sample/sample.ts';
import { plimsoll } from '../../../../support/cli.ts';

const sample = loadSample();
const market = priceMarket(sample.snapshots.crash.snapshot, loadDefaultParameters().parameters);

function positionsOf(name: string) {
  const account = sample.ledgers.crash[labelled(sample.labels, name).index]!;
  return marginPortfolio(account, market).positions;
}

describe('plimsoll margin, Greeks under the surface', () => {
  it('shows both conventions for options, underlyings and the account', async () => {
    const { status, stdout } = await plimsoll(
      'margin',
      'ordinary-liquidation',
      '--tick',
      'crash',
      '--details',
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/delta +gamma +vega +theta +vanna +volga/);
    const options = positionsOf('ordinary-liquidation').filter(
      ({ valuation }) => valuation.stdDevQ32 !== 0n,
    );
    expect(options.length).toBeGreaterThan(0);
    expect(stdout.match(/ sticky strike /g)).toHaveLength(options.length + 2);
    expect(stdout.match(/ sticky delta /g)).toHaveLength(options.length + 2);
  });

  it('says nothing of surfaces where no option is held', async () => {
    const { stdout } = await plimsoll(
      'margin',
      'perpetual-trader-1',
      '--tick',
      'crash',
      '--details',
    );
    expect(
      positionsOf('perpetual-trader-1').every(({ valuation }) => valuation.stdDevQ32 === 0n),
    ).toBe(true);
    expect(stdout).not.toContain('sticky');
  });

  it('gives programs every position and the sums', async () => {
    const name = 'hedged-market-maker';
    const { stdout } = await plimsoll('margin', name, '--tick', 'crash', '--json');
    const { greeks } = JSON.parse(stdout) as { greeks: Record<string, unknown> };
    const expected = accountGreeks(positionsOf(name), market.snapshot);
    expect(greeks).toMatchObject({
      underlyings: [
        { symbol: 'BTC', ...expected.underlyings[0] },
        { symbol: 'ETH', ...expected.underlyings[1] },
      ],
      accountUsd: expected.account,
    });
    expect(greeks['positions']).toHaveLength(positionsOf(name).length);
  });
});
