// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a browser is started.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { exportPage } from '../../../prover/dashboard/export.ts';
import { marketAt } from '../../../prover/dashboard/liquidation-prices.ts';
import { pageAccounts } from '../../../prover/dashboard/tick-data.ts';
import { loadDefaultParameters } from '../../../prover/documents/parameters-document.ts';
import { parseQuotes } from '../../../prover/documents/quotes-document.ts';
import { formatUsd } from '../../../prover/model/format.ts';
import { marginPortfolio } from '../../../prover/risk/margin/margin.ts';
import { priceMarket } from '../../../prover/risk/pricing/market.ts';
import { loadSample } from '../../../prover/sample/sample.ts';
import { launchBrowser, noBrowser, seriousFindings } from '../../support/browser.ts';
import { plimsoll } from '../../support/cli.ts';
import { BTC, ETH, syntheticChain, toCsv } from '../market/synthetic.ts';

const { parameters, document } = loadDefaultParameters();
const sample = loadSample();
const crash = priceMarket(sample.snapshots.crash.snapshot, parameters);

describe.skipIf(noBrowser)(
  `the page of a tick, in a browser${noBrowser ? ' (skipped: no Chromium is installed)' : ''}`,
  () => {
    let folder: string;
    let browser: Browser;
    let page: Page;
    let address: string;
    const problems: string[] = [];

    const text = async (selector: string): Promise<string> =>
      (await page.locator(selector).first().innerText()).trim();
    const show = async (hash: string): Promise<void> => {
      await page.goto(`${address}${hash}`);
      await page.locator('main h1').waitFor();
    };
    const open = async (path: string): Promise<void> => {
      address = pathToFileURL(path).href;
      await page.goto('about:blank');
      await show('');
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'plimsoll-page-'));
      browser = await launchBrowser();
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on('console', (message) => problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('request', (request) => {
        if (!/^(file|about|data):/.test(request.url())) problems.push(request.url());
      });
      const { status, stderr, stdout } = await plimsoll(
        'page',
        '--tick',
        'crash',
        '--out',
        join(folder, 'crash.html'),
        '--json',
      );
      expect(status, stderr).toBe(0);
      // Of a page with its charts, without its tick.
      expect((JSON.parse(stdout) as { programBytes: number }).programBytes).toBeLessThan(60_000);
      await open(join(folder, 'crash.html'));
    });
    afterAll(async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
      // Nothing was asked of anybody, nothing forbidden by the page's own policy, nothing thrown.
      expect(problems).toEqual([]);
    });

    it('counts the venue’s accounts as the command line does', async () => {
      await show('#/venue');
      const { stdout } = await plimsoll('margin', '--all', '--below', 'mm', '--json');
      const { accounts } = JSON.parse(stdout) as { accounts: { account: number }[] };
      const [below, bankrupt] = [
        Number(await text('#count-below-maintenance dd')),
        Number(await text('#count-bankrupt dd')),
      ];
      expect(below + bankrupt).toBe(accounts.length);
      const first = await text('tbody tr th a');
      expect(first.split(' ')[0]).toBe(String(accounts[0]!.account));
    });

    it('says what would be liquidated where the indices went, as the model does after that move', async () => {
      await show('#/venue');
      await page.locator('#prices ~ .scroll table').waitFor({ timeout: 60_000 });
      const cells = async (move: string): Promise<string[]> => {
        const row = page.locator('#prices ~ .scroll tbody tr').filter({
          has: page.locator('th', { hasText: move }),
        });
        return await row.locator('td').allInnerTexts();
      };
      const short =
        Number(await text('#count-below-maintenance dd')) +
        Number(await text('#count-bankrupt dd'));
      expect((await cells('as now'))[2]).toBe(String(short));
      const fallen = await cells('-10.00 %');
      expect(fallen.slice(0, 2)).toEqual(['52,605.0000', '1,387.0800']);
      const moved = marketAt(crash, -1_000n, 1_000_000n);
      const below = sample.ledgers.crash.filter(
        (account) => marginPortfolio(account, moved).liquidatable,
      );
      expect(fallen[2]).toBe(String(below.length));
      expect(Number(fallen[2])).toBeGreaterThan(short);
    });

    it('names trades that bring an account back, which what-if then finds to do so', async () => {
      await show('#/account/163');
      const row = page.locator('#restoring ~ .scroll tbody tr').first();
      await row.waitFor();
      const [trade, size] = [
        await row.locator('th').innerText(),
        await row.locator('td').first().innerText(),
      ];
      const [, side] = /^(buy|sell) ETH perpetual$/.exec(trade) ?? [];
      expect(side, trade).toBeDefined();
      const contracts = `${side === 'sell' ? '-' : ''}${size.replaceAll(',', '')}`;
      await page.locator('input[name=instrument]').fill('ETH-PERPETUAL');
      await page.locator('input[name=contracts]').fill(contracts);
      const state = page.locator('#answer tbody tr').filter({ hasText: 'state' });
      expect(await state.locator('td').allInnerTexts()).toEqual(['below maintenance', 'healthy']);
    });

    it('finds accounts, and none without an error', async () => {
      await show('#/venue');
      await page.locator('#find').fill('bankrupt-paid');
      expect(await page.locator('section').first().locator('tbody tr').count()).toBe(1);
      await page.locator('#find').fill('nobody has this name');
      expect(await text('section .quiet')).toContain('none is found by that');
    });

    it.each(['ordinary-liquidation', 'positions-17', 'bankrupt-paid-in-full'])(
      'shows the figures of margin for %s, character by character',
      async (name) => {
        const { stdout } = await plimsoll('margin', name);
        const line = (label: string): string =>
          stdout
            .split('\n')
            .find((one) => one.startsWith(`  ${label} `))!
            .slice(22);
        await page.locator('#go').fill(name);
        await page.locator('#go').press('Enter');
        await page.locator('#state').waitFor();
        const dollars = async (id: string): Promise<string> =>
          (await text(`#${id} dd`)).replace(/ USD$/, '');
        expect(await dollars('equity')).toBe(line('equity'));
        expect(line('maintenance margin').split(' ')[0]).toBe(await dollars('mm'));
        expect(line('initial margin').split(' ')[0]).toBe(await dollars('im'));
        expect(line('margin ratio')).toContain(await text('#ratio dd'));
      },
    );

    it('opens the positions behind a scenario, by the keyboard', async () => {
      await show('#/account/1');
      const worst = page.locator('.heat .worst').last();
      await worst.focus();
      await page.keyboard.press('Enter');
      expect(await worst.getAttribute('aria-expanded')).toBe('true');
      expect(await page.locator('#behind tbody tr').count()).toBe(
        sample.ledgers.crash[1]!.positions.filter(({ instrument }) => instrument.underlying === 1)
          .length,
      );
      await page.keyboard.press('Enter');
      expect(await page.locator('#behind').count()).toBe(0);
    });

    it('says in every cell what its scenario moves', async () => {
      await show('#/account/1');
      const moves = await page.locator('[aria-label="ETH scenarios"] .moves').allTextContents();
      expect(moves.length).toBe(32);
      const ids = [3, 17, 20, 27, 30, 32] as const;
      expect(ids.map((id) => moves[id - 1])).toEqual([
        '+5 % σ↑',
        '-15 % ',
        '-20 % σ↑',
        '0 % skew↑',
        '0 % wings↓',
        '0 % roll↓',
      ]);
    });

    it('searches the levels that margin --levels prints', async () => {
      await show('#/account/1');
      await page.locator('#levels ~ .scroll table').waitFor();
      const { stdout } = await plimsoll('margin', '1', '--levels');
      for (const level of (await text('#levels ~ .scroll')).matchAll(/ at ([\d,.]+)/g)) {
        expect(stdout).toContain(level[1]!);
      }
      expect(await text('#levels ~ .scroll')).toContain('is restored at 1,880.4375');
    });

    it('answers what-if to the unit, and names the field and rule of what it does not take', async () => {
      await show('#/account/1');
      const fill = (name: string, value: string) => page.locator(`input[name=${name}]`).fill(value);
      await fill('deposit', '1000');
      await fill('instrument', 'ETH-PERPETUAL');
      await fill('contracts', '-10');
      await fill('eth', '-5%');
      const { stdout, status } = await plimsoll(
        'what-if',
        '1',
        '--deposit',
        'USDC:1000',
        '--add',
        'ETH-PERPETUAL:-10',
        '--shock',
        'eth=-5%',
        '--json',
      );
      expect(status).toBe(0);
      const { after } = JSON.parse(stdout) as {
        after: { equityE6: string; mmE6: string; imE6: string };
      };
      const shown = (await text('#answer table')).replaceAll(',', '').replaceAll('.', '');
      for (const figure of [after.equityE6, after.mmE6, after.imE6])
        expect(shown).toContain(`${figure} USD`);
      await fill('contracts', 'ten');
      expect(await text('#answer .refusal')).toContain(
        'contracts: must be a decimal number, got "ten"',
      );
      await fill('contracts', '');
      await fill('instrument', 'DOGE-PERPETUAL');
      expect(await text('#answer .refusal')).toContain('must look like BTC-PERPETUAL');
    });

    it('has every smile as a picture and as numbers, and says what is stale', async () => {
      await show('#/market');
      // Smiles and term structure of each underlying.
      await expect.poll(() => page.locator('.chart canvas').count()).toBe(4);
      const arbitrage = page.locator('.scroll').filter({ hasText: 'Durrleman' });
      expect(await arbitrage.count()).toBe(2);
      expect(await arbitrage.last().innerText()).not.toContain('▼');
      expect(await arbitrage.first().innerText()).toContain(
        '▼ arbitrage, -0.1839 at -1.24, where a smile is held flat',
      );
      expect(await text('#ages ~ .scroll')).not.toContain('stale');
      const { page: stale } = await exportPage({
        snapshot: sample.staleSurface.snapshot,
        parameters,
        heartbeats: document.heartbeatsSeconds,
        accounts: [],
        names: {},
      });
      writeFileSync(join(folder, 'stale.html'), stale);
      await open(join(folder, 'stale.html'));
      await show('#/market');
      expect(await text('#ages ~ .scroll')).toContain('▼ stale');
      await show('#/venue');
      expect(await text('section .quiet')).toContain('0 of 0 accounts');
      await open(join(folder, 'crash.html'));
    });

    it('draws pictures anew in the ink of the system that goes from light to dark', async () => {
      await show('#/market');
      await page.locator('.chart canvas').first().waitFor();
      /** How many points that cover what is behind them are as dark, or as light, as letters are. */
      const drawn = (isInk: string): Promise<number> =>
        page.evaluate(`(() => {
          const chart = document.querySelector('.chart canvas');
          const { width, height } = chart;
          const copy = Object.assign(document.createElement('canvas'), { width, height });
          const context = copy.getContext('2d', { willReadFrequently: true });
          context.drawImage(chart, 0, 0);
          const { data } = context.getImageData(0, 0, width, height);
          let count = 0;
          for (let at = 0; at < data.length; at += 4) {
            const tones = data.subarray(at, at + 3);
            if (data[at + 3] > 200 && tones.every((tone) => tone ${isInk})) count += 1;
          }
          return count;
        })()`);
      await page.emulateMedia({ colorScheme: 'light' });
      await expect.poll(() => drawn('< 70')).toBeGreaterThan(100);
      expect(await drawn('> 190')).toBe(0);
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(() => drawn('> 190')).toBeGreaterThan(100);
      expect(await drawn('< 70')).toBe(0);
      await page.emulateMedia({ colorScheme: null });
    });

    it('shows quotes beside the fit where they were published with the snapshot, and of no other', async () => {
      await show('#/market');
      expect(await text('#quotes-0')).toContain('not published with this tick');
      const at = (name: string): string => join(folder, name);
      for (const [name, spec] of Object.entries({ BTC, ETH })) {
        writeFileSync(at(`${name}.csv`), toCsv(syntheticChain({ ...spec, days: [9, 30] })));
      }
      const chains = ['BTC.csv', 'ETH.csv'].map(at);
      const written = ['--out', at('made.json'), '--quotes', at('quotes.json')];
      const depth = ['--depth', 'BTC=5000000,ETH=3000000'];
      const made = await plimsoll('market import', ...chains, ...depth, ...written);
      expect(made.status, made.stderr).toBe(0);
      const with_ = ['--quotes', at('quotes.json'), '--out', at('quoted.html')];
      const other = await plimsoll('page', '--tick', 'crash', ...with_);
      expect([other.status, other.stderr]).toEqual([
        2,
        expect.stringContaining('--quotes: must be of'),
      ]);
      writeFileSync(at('nobody.json'), '{"format":"plimsoll.ledger","version":2,"accounts":[]}');
      const own = ['--snapshot', at('made.json'), '--ledger', at('nobody.json')];
      const quoted = await plimsoll('page', ...own, ...with_);
      expect(quoted.status, quoted.stderr).toBe(0);
      await open(at('quoted.html'));
      await show('#/market');
      const { underlyings } = parseQuotes(readFileSync(at('quotes.json'), 'utf8'));
      const [, later] = underlyings[0]!.expiries;
      await page.locator('select[name=quotes-0]').selectOption(String(later!.expiry));
      const rows = page.locator('.scroll').filter({ hasText: 'volatilities in %' }).first();
      expect(await rows.locator('tbody tr').count()).toBe(later!.quotes.length);
      const cells = await rows.locator('tbody tr').first().locator('td').allInnerTexts();
      const [quote, fit, residual] = [cells[2], cells[4], cells[5]].map(Number);
      expect(quote).toBe(Number((later!.quotes[0]!.volPpm / 1e4).toFixed(2)));
      expect(residual).toBeCloseTo(fit! - quote!, 1);
      // Smiles, quotes and term structure of each underlying.
      await expect.poll(() => page.locator('.chart canvas').count()).toBe(6);
      expect(await seriousFindings(page)).toEqual([]);
      await open(at('crash.html'));
    });

    it('lets no text of the data become markup', async () => {
      const { page: hostile } = await exportPage({
        snapshot: sample.snapshots.crash.snapshot,
        parameters,
        heartbeats: document.heartbeatsSeconds,
        accounts: pageAccounts(sample.ledgers.crash.slice(0, 1)),
        names: { 0: '</script><img src=x onerror=alert(1)>' },
      });
      writeFileSync(join(folder, 'hostile.html'), hostile);
      await open(join(folder, 'hostile.html'));
      expect(await page.locator('img').count()).toBe(0);
      expect(await text('tbody th a')).toContain('</script><img');
      await open(join(folder, 'crash.html'));
    });

    it.each([375, 1280])(
      'fits %i pixels, in light and dark, with nothing serious for axe',
      async (width) => {
        await page.setViewportSize({ width, height: 800 });
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          for (const hash of ['#/venue', '#/account/1', '#/market']) {
            await show(hash);
            if (hash === '#/account/1') await page.locator('#levels ~ .scroll table').waitFor();
            const wide = await page.evaluate('document.documentElement.scrollWidth');
            expect(wide, `${hash} at ${width}`).toBeLessThanOrEqual(width);
            const serious = await seriousFindings(page);
            expect(serious, `${hash} ${colorScheme}`).toEqual([]);
          }
        }
      },
    );

    it('shows 5,000 accounts', async () => {
      const many = Array.from({ length: 5000 }, (_, at) => sample.ledgers.crash[at % 304]!);
      const { page: large } = await exportPage({
        snapshot: sample.snapshots.crash.snapshot,
        parameters,
        heartbeats: document.heartbeatsSeconds,
        accounts: pageAccounts(many),
        names: {},
      });
      writeFileSync(join(folder, 'large.html'), large);
      await page.setViewportSize({ width: 1280, height: 900 });
      await open(join(folder, 'large.html'));
      expect(await text('section .scroll caption')).toBe('5000 of 5000 accounts, in USD');
      await page.getByRole('button', { name: 'next' }).click();
      expect(await text('section p:last-child')).toContain('page 2 of 100');
      await page.locator('#go').fill('4999');
      await page.locator('#go').press('Enter');
      await page.locator('#levels ~ .scroll table').waitFor();
      expect(await text('main h1')).toBe('Account 4999');
      const { equityE6 } = marginPortfolio(sample.ledgers.crash[4999 % 304]!, crash);
      expect(await text('#equity dd')).toBe(`${formatUsd(equityE6, 6)} USD`);
      expect(await seriousFindings(page)).toEqual([]);
      await show('#/market');
      await expect.poll(() => page.locator('.chart canvas').count()).toBe(4);
      await show('#/proofs');
      expect(await text('main p')).toContain('this one holds a tick alone');
    });
  },
);
