// SPDX-License-Identifier: GPL-3.0-or-later
// @lane full: a browser is started, and a service.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { Wallet } from 'ethers';
import type { Browser, Page } from 'playwright-core';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { proofContext } from '../../../../prover/chain/context.ts';
import { shockSnapshot } from '../../../../prover/analysis/shock.ts';
import { Ledger } from '../../../../prover/commitments/ledger.ts';
import { readTickData, type TickData } from '../../../../prover/dashboard/tick-data.ts';
import { snapshotDocument } from '../../../../prover/documents/snapshot-document.ts';
import { auctionPriceE6 } from '../../../../prover/keeper/auction.ts';
import { formatUsd } from '../../../../prover/model/format.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { formatProof, type ProofFile } from '../../../../prover/proving/formats/proof-file.ts';
import { Prover } from '../../../../prover/proving/prover.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { runService, type RunningService } from '../../../../prover/service/run.ts';
import { MarketTick } from '../../../../prover/statements/market-tick.ts';
import { prepareStatement } from '../../../../prover/statements/prepare.ts';
import { request } from '../../../support/api.ts';
import { launchBrowser, noBrowser, seriousFindings } from '../../../support/browser.ts';
import { proofOf } from '../../../support/proof-cache.ts';
import { accountNamed } from '../../../support/proofs.ts';
import { serviceConfig } from '../../../support/service-config.ts';

const sample = loadSample();
const wallet = new Wallet(`0x${'22'.repeat(32)}`);
const OWN = 1;
const accounts = sample.ledgers.crash.with(OWN, {
  ...sample.ledgers.crash[OWN]!,
  owner: BigInt(wallet.address),
});
const token = 'the-token-of-the-operator';

describe.skipIf(noBrowser)(
  `the page of a service, in a browser${noBrowser ? ' (skipped: no Chromium is installed)' : ''}`,
  () => {
    let folder: string;
    let browser: Browser;
    let page: Page;
    let running: RunningService;
    const problems: string[] = [];

    const start = (port: number): Promise<RunningService> =>
      runService(
        serviceConfig(join(folder, 'state'), { listen: { host: '127.0.0.1', port } }),
        pino({ level: 'silent' }),
        () => undefined,
      );
    const ask = (method: string, path: string, body?: unknown, bearer: string | null = token) =>
      request(`${running.url}${path}`, method, body, bearer);
    const text = async (selector: string): Promise<string> =>
      (await page.locator(selector).first().innerText()).trim();
    const lookedFor = async (selector: string, wanted: string): Promise<void> =>
      await page.locator(selector).filter({ hasText: wanted }).first().waitFor();
    const signIn = async (): Promise<void> => {
      await page.goto(`${running.url}/page`);
      await page.evaluate('sessionStorage.clear()');
      await page.reload();
      await page.locator('input[name=token]').fill(token);
      await page.getByRole('button', { name: 'Show the venue' }).click();
      await page.locator('#count-bankrupt').waitFor();
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'plimsoll-live-page-'));
      running = await start(0);
      const ledger = JSON.parse(formatLedger(accounts)) as unknown;
      const put = { sequence: 1, root: new Ledger(accounts).root.toString(), ledger };
      expect((await ask('PUT', '/ledger', put)).status).toBe(200);
      browser = await launchBrowser();
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('request', (asked) => {
        if (!asked.url().startsWith('http://127.0.0.1:')) problems.push(asked.url());
      });
    }, 120_000);
    afterAll(async () => {
      await browser.close();
      await running.stop();
      rmSync(folder, { recursive: true });
      // Nobody else was asked for anything, and nothing was thrown.
      expect(problems).toEqual([]);
    });

    it('says that there is no tick yet, and shows the first as it comes', async () => {
      await page.goto(`${running.url}/page`);
      await page.locator('input[name=token]').fill('nobody’s');
      await page.getByRole('button', { name: 'Show the venue' }).click();
      await lookedFor('.refusal', 'must be printable ASCII');
      await page.locator('input[name=token]').fill('a-token-of-nobody');
      await page.getByRole('button', { name: 'Show the venue' }).click();
      await lookedFor('.refusal', 'is nobody’s');
      await page.locator('input[name=token]').fill(token);
      await page.getByRole('button', { name: 'Show the venue' }).click();
      await lookedFor('#live', 'there is no tick yet');
      expect((await ask('PUT', '/snapshot', sample.snapshots.calm.document)).status).toBe(200);
      await page.locator('#count-bankrupt').waitFor();
      expect(await text('header')).toContain('304 accounts');
    });

    it('follows the next tick while somebody types, and keeps what was typed', async () => {
      await page.goto(`${running.url}/page#/account/${OWN}`);
      await page.locator('input[name=deposit]').fill('12');
      const before = await text('#equity dd');
      expect((await ask('PUT', '/snapshot', sample.snapshots.crash.document)).status).toBe(200);
      await expect.poll(() => text('#equity dd'), { timeout: 30_000 }).not.toBe(before);
      expect(await page.locator('input[name=deposit]').inputValue()).toBe('12');
      const { text: reply } = await ask('GET', `/accounts/${OWN}/margin`);
      const { equityE6 } = JSON.parse(reply) as { equityE6: string };
      expect((await text('#equity dd')).replaceAll(/[^0-9-]/g, '')).toBe(equityE6);
    });

    it('counts as the API does, tells who fell and why, and that no fund is deployed', async () => {
      await signIn();
      const { text: reply } = await ask('GET', '/totals');
      const { states } = JSON.parse(reply) as { states: Record<string, number> };
      expect(await text('#count-bankrupt dd')).toBe(String(states['bankrupt']));
      expect(await text('#count-below-maintenance dd')).toBe(String(states['belowMaintenance']));
      const { text: list } = await ask('GET', '/liquidations');
      const { liquidations } = JSON.parse(list) as {
        liquidations: { account: number; worstScenarios: { btc: number; eth: number } }[];
      };
      const newest = liquidations.at(-1)!;
      const row = await text('#liquidations ~ .scroll tbody tr');
      expect(row).toContain(String(newest.account));
      const { btc, eth } = newest.worstScenarios;
      expect(row).toContain(`BTC ${btc || 'none'}, ETH ${eth || 'none'}`);
      expect(await text('#fund ~ p')).toContain('the service knows no chain');
      expect(await text('#opened ~ p')).toContain('the service follows no chain');
    });

    it('lists what was proven, and checks it in the browser under the keys of the service', async () => {
      const { snapshot, parameters } = running.service.market!;
      const tick = new MarketTick(snapshot, parameters);
      const short = accountNamed('bankrupt-paid-in-full');
      const opening = running.service.ledger.ledger.open(short);
      const use = {
        chainId: 31_337n,
        contract: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
        action: 'openLiquidation',
        beneficiary: wallet.address,
      } as const;
      const context = proofContext(use.chainId, use.contract, use.action, use.beneficiary);
      const instance = prepareStatement('liquidation', { opening, tick, context });
      let prover: Prover | undefined;
      const made = await proofOf(() => (prover ??= new Prover()), instance);
      await prover?.close();
      const store = async (account: number, file: ProofFile): Promise<void> => {
        await running.service.store.database.query(
          `INSERT INTO plimsoll.proofs (account, nonce, tick, ledger_root, file, snapshot_time)
           VALUES ($1, 0, $2, '', $3, $4)`,
          [account, tick.snapshotHash.toString(), formatProof(file), snapshot.time.toString()],
        );
      };
      // One that is what it says, and one in the place of another account's.
      await store(short, { ...made, use });
      await store(OWN, { ...made, use });
      await signIn();
      await page.goto(`${running.url}/page#/proofs`);
      await page.reload();
      const verdictOf = async (account: number): Promise<string> => {
        const row = page.locator('tbody tr').filter({
          has: page.locator('th', { hasText: new RegExp(`^${account}$`) }),
        });
        await row.getByRole('button').click();
        const cell = row.locator('[role=status]');
        await cell.filter({ hasNotText: 'checking' }).waitFor();
        return (await cell.innerText()).trim();
      };
      const verdict = await verdictOf(short);
      expect(verdict).toContain(`✓ The proof holds: liquidation`);
      expect(verdict).toContain(`to openLiquidation at ${use.contract} on chain 31337`);
      expect(verdict).toContain('INSECURE development key');
      expect(await verdictOf(OWN)).toMatch(/^▼ Not valid: the proof is about another account/);
      expect(await seriousFindings(page)).toEqual([]);
      const { text: list } = await ask('GET', '/proofs');
      const { proofs } = JSON.parse(list) as {
        proofs: { account: number; stage: unknown; latencyMs: number; openingGas: unknown }[];
      };
      for (const { latencyMs, openingGas } of proofs) {
        expect(latencyMs).toBeGreaterThan(0);
        expect(openingGas).toBeNull();
      }
      const [newest] = proofs;
      const took = await page.locator('tbody tr').first().locator('td').nth(3).innerText();
      expect(took).toBe((newest!.latencyMs / 1000).toFixed(2));
      expect(proofs.map(({ account, stage }) => [account, stage])).toEqual([
        [OWN, null],
        [short, null],
      ]);
      // Where an account sees that it is liquidated, the same check; and a receipt, which needs a chain.
      await page.goto(`${running.url}/page#/account/${short}`);
      await page.reload();
      await page.locator('#proofs ~ .scroll').getByRole('button').click();
      await lookedFor('#proofs ~ .scroll [role=status]', '✓ The proof holds: liquidation');
      expect(await page.locator('#why ~ ul').getByRole('status').count()).toBe(0);
      await page.locator('#why ~ ul').getByRole('button').click();
      await lookedFor('#why ~ ul [role=status]', '✓ The proof holds: liquidation');
      await page.locator('input[name=answers]').fill('a bank’s question');
      await page.getByRole('button', { name: 'Ask for a text to sign' }).click();
      await lookedFor('#receipt-text', 'a bank’s question');
      await page.locator('input[name=signature]').fill(`0x${'00'.repeat(65)}`);
      await page.getByRole('button', { name: 'Make the receipt' }).click();
      await lookedFor('#receipt-made .refusal', '✕');
      expect(await seriousFindings(page)).toEqual([]);
      expect((await ask('GET', '/proofs', undefined, null)).status).toBe(401);
      expect((await ask('GET', `/accounts/${short}/proof`, undefined, null)).status).toBe(401);
      expect((await ask('GET', '/statements')).text).toContain('the service knows no chain');
      expect((await ask('GET', `/accounts/${short}/proof?tick=1`)).status).toBe(404);
      for (const wrong of ['01', '-1', '0x1', '1e3', '', '9'.repeat(79), '1&tick=2']) {
        const refused = await ask('GET', `/accounts/${short}/proof?tick=${wrong}`);
        expect([wrong, refused.status]).toEqual([wrong, 400]);
      }
    }, 60_000);

    it('says of a margin that moves how far it has, and here that no chain tells', async () => {
      await signIn();
      await page.goto(`${running.url}/page#/market`);
      await lookedFor('#moving ~ p', 'the service follows no chain');
    });

    it('shows the quotes that somebody sent of the tick, and none of another', async () => {
      const { snapshot, snapshotHash } = running.service.market!;
      const [slice] = snapshot.underlyings[0].slices.filter(({ state }) => state === 'live');
      const quotes = [50_000, 60_000].map((strike) => ({
        strikeE4: strike * 10_000,
        volPpm: 900_000,
        bidVolPpm: 890_000,
        askVolPpm: 910_000,
      }));
      const put = (hash: bigint, bearer?: string | null) =>
        ask(
          'PUT',
          '/quotes',
          {
            format: 'plimsoll.quotes',
            version: 1,
            snapshotHash: hash.toString(),
            underlyings: [
              {
                symbol: 'BTC',
                expiries: [{ expiry: Number(slice!.expiry), forwardE4: 584_500_000, quotes }],
              },
            ],
          },
          bearer,
        );
      expect((await put(snapshotHash, null)).status).toBe(401);
      expect((await put(snapshotHash + 1n)).status).toBe(200);
      await signIn();
      await page.goto(`${running.url}/page#/market`);
      await lookedFor('#quotes-0', 'not published with this tick');
      expect((await put(snapshotHash)).status).toBe(200);
      await page.reload();
      await page.locator('select[name=quotes-0]').waitFor();
      const rows = page.locator('.scroll').filter({ hasText: 'volatilities in %' });
      const cells = await rows.locator('tbody tr').first().locator('td').allInnerTexts();
      expect(cells.slice(1, 4)).toEqual(['89.00', '90.00', '91.00']);
      await lookedFor('#quotes-1', 'not published with this tick');
      const { status, text: refusal } = await ask('PUT', '/quotes', { format: 'plimsoll.quotes' });
      expect([status, refusal]).toEqual([400, expect.stringContaining('version')]);
    });

    it('draws what margin covered beside what came, and marks a breach of it', async () => {
      const { snapshot } = sample.snapshots.crash;
      const [btc, eth] = snapshot.underlyings;
      const further = {
        indexE4: [(btc.indexE4 * 6n) / 10n, eth.indexE4] as const,
        volPpm: [1_000_000n, 1_000_000n] as const,
        seconds: 60n,
      };
      const { parameters } = running.service.market!.parameters;
      const after = shockSnapshot(snapshot, further, parameters).snapshot;
      expect((await ask('PUT', '/snapshot', snapshotDocument(after))).status).toBe(200);
      const { text: reply } = await ask('GET', '/coverage', undefined, null);
      const { underlyings } = JSON.parse(reply) as {
        underlyings: {
          symbol: string;
          breaches: number;
          band: unknown;
          ticks: { fallBps: string; furthestFallBps: string; isBreached: boolean }[];
        }[];
      };
      expect(underlyings.map(({ symbol, breaches }) => [symbol, breaches])).toEqual([
        ['BTC', 1],
        ['ETH', 0],
      ]);
      const [crashed] = underlyings[0]!.ticks.filter(({ isBreached }) => isBreached);
      expect(crashed!.furthestFallBps).toBe('-4000');
      await signIn();
      await page.goto(`${running.url}/page#/market`);
      await lookedFor('#coverage ~ p', '▼ 1 of 3 ticks');
      const row = await text('#coverage ~ .scroll tbody tr');
      expect(row).toContain('-40.00 %');
      expect(row).toContain(`${(Number(crashed!.fallBps) / 100).toFixed(2)} %`);
      await expect.poll(() => page.locator('#coverage ~ .chart canvas').count()).toBe(2);
      expect(await seriousFindings(page)).toEqual([]);
    });

    it('has a page that checks receipts under the keys of the service', async () => {
      await page.goto(`${running.url}/page/receipt`);
      await page.locator('#file').setInputFiles({
        name: 'receipt.json',
        mimeType: 'application/json',
        buffer: Buffer.from('{"format":"plimsoll-receipt"}'),
      });
      await lookedFor('#verdict', 'This cannot be read as a receipt');
      const { text: keys } = await ask('GET', '/keys', undefined, null);
      const { keys: published } = JSON.parse(keys) as {
        keys: { statement: string; zkey: string }[];
      };
      const { zkey } = published.find(({ statement }) => statement === 'account-margin')!;
      expect(await text('#trusted')).toContain(zkey);
      const { headers } = await ask('GET', '/page/receipt', undefined, null);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    });

    it('shows every view of a halted market and a dead node, what is for sale, and sources', async () => {
      const known = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const answers: Readonly<Record<string, unknown>> = {
        tick: { halted: true, fault: 'the node does not answer' },
        auctions: {
          clock: '1000',
          runsForSeconds: '0',
          rampSeconds: 1800,
          incentiveBps: 1000,
          horizonSeconds: 14_400,
          auctions: [
            {
              account: OWN,
              openedAt: '100',
              frozenAt: '900',
              grossEquityE6: '5124958398',
              mmE6: '25624791988',
              topUpE6: '29305141939',
              backedE6: '0',
            },
          ],
        },
        sources: {
          time: '1770307200',
          figures: [{ name: 'BTC index', consensus: '584500000', digits: 4, unit: 'USD' }],
          sources: ['Alpha', 'Beta'].map((name, at) => ({
            name,
            allowedSeconds: { index: 60, perpetual: 60, collateral: 60 },
            report:
              at === 1
                ? null
                : { ages: { index: 61, perpetual: 2, collateral: 3 }, values: ['584558450'] },
          })),
          silent: [],
        },
      };
      for (const [name, json] of Object.entries(answers)) {
        await known.route(`${running.url}/${name}`, (route) => route.fulfill({ json }));
      }
      await known.route(`${running.url}/fund`, (route) =>
        route.fulfill({ status: 503, json: { code: 'NODE_FAILED', message: 'the node is dead' } }),
      );
      await known.goto(`${running.url}/page`);
      await known.locator('input[name=token]').fill(token);
      await known.getByRole('button', { name: 'Show the venue' }).click();
      await known.locator('#for-sale ~ .scroll table').waitFor();
      for (const view of ['venue', 'market', 'proofs', `account/${OWN}`]) {
        await known.goto(`${running.url}/page#/${view}`);
        await known.locator('main h1').waitFor();
        const live = await known.locator('#live').innerText();
        expect(live, view).toContain('▼ The market is halted');
        expect(live, view).toContain('does not follow its chain: the node does not answer');
        expect(await seriousFindings(known), view).toEqual([]);
      }
      await known.goto(`${running.url}/page#/venue`);
      await known.locator('#for-sale ~ .scroll table').waitFor();
      expect(await known.locator('#fund ~ p').innerText()).toBe('the node is dead');
      expect(await known.locator('#for-sale ~ p').innerText()).toContain('The market clock stands');
      const sale = await known.locator('#for-sale ~ .scroll tbody td').allInnerTexts();
      const price = formatUsd(
        auctionPriceE6(
          { rampSeconds: 1800, incentiveBps: 1000 },
          5_124_958_398n,
          25_624_791_988n,
          100n,
        ),
      );
      expect(sale.slice(0, 2)).toEqual([price, '29,305.14']);
      await known.goto(`${running.url}/page#/market`);
      const said = await known.locator('#sources ~ .scroll').allInnerTexts();
      expect(said[0]).toContain('▼ 61 of 60 s');
      expect(said[0]).toContain('▼ not heard');
      expect(said[1]).toContain('+1.00 bp');
      await known.close();
    }, 60_000);

    it('says that the connection is lost, and is live again when the service is', async () => {
      await signIn();
      await lookedFor('#live', '✓ live');
      const { port } = new URL(running.url);
      await running.stop();
      await lookedFor('#live', 'the connection is lost');
      expect(await page.locator('#count-bankrupt').count()).toBe(1);
      running = await start(Number(port));
      await lookedFor('#live', '✓ live');
    }, 60_000);

    it('shows an owner who signs for it the accounts that are theirs, and no others', async () => {
      const owned = await browser.newPage();
      await owned.goto(`${running.url}/page`);
      await owned.locator('input[name=address]').fill(wallet.address);
      await owned.getByRole('button', { name: 'Ask for a text to sign' }).click();
      const challenge = await owned.locator('#challenge').innerText();
      await owned.locator('input[name=signature]').fill(await wallet.signMessage(challenge));
      const [reply] = await Promise.all([
        owned.waitForResponse((answer) => answer.url().endsWith('/page/tick')),
        owned.getByRole('button', { name: 'Show my accounts' }).click(),
      ]);
      const held: TickData = readTickData(await reply.text());
      expect(held.accounts).toEqual([{ index: OWN, account: accounts[OWN] }]);
      await owned.locator('#count-bankrupt').waitFor();
      expect(await owned.locator('header').innerText()).toContain('1 account of yours');
      await owned.goto(`${running.url}/page#/account/${OWN}`);
      await owned.locator('#proofs ~ .scroll').getByRole('button').click();
      const told = owned.locator('#proofs ~ .scroll [role=status]');
      await told.filter({ hasText: '▼ Not valid: the proof is about another account' }).waitFor();
      await owned.goto(`${running.url}/page#/proofs`);
      expect(await owned.locator('#stored ~ p').innerText()).toContain('the operator alone');
      await owned.goto(`${running.url}/page#/account/2`);
      await owned.locator('h1', { hasText: 'Account 2' }).waitFor();
      expect(await owned.locator('main').innerText()).toContain('is not one of yours');
      await owned.close();
      expect((await ask('GET', '/page/tick', undefined, null)).status).toBe(401);
      expect((await ask('GET', '/page/tick?account=x')).status).toBe(400);
    });

    it('runs nothing but its own script, in no frame, and is small', async () => {
      const { headers, text: html } = await ask('GET', '/page', undefined, null);
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/^default-src 'none'; script-src 'sha256-/);
      expect(policy).toContain("connect-src 'self'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(html).not.toContain(accounts[OWN]!.quoteE6.toString());
      expect(gzipSync(html).length).toBeLessThan(60 * 1024);
    });

    it('says how a ledger stands that is too large to be recalculated, and shows any account of it', async () => {
      const many = Array.from({ length: 5_000 }, (_, at) => accounts[at % accounts.length]!);
      const ledger = JSON.parse(formatLedger(many)) as unknown;
      const root = new Ledger(many).root.toString();
      expect((await ask('PUT', '/ledger', { sequence: 2, root, ledger })).status).toBe(200);
      await signIn();
      await lookedFor('header', '5000 accounts');
      expect(await text('#accounts ~ .scroll caption')).toContain('500 of the 500 nearest of 5000');
      const { text: reply } = await ask('GET', '/totals');
      const { states, ...sums } = JSON.parse(reply) as Record<string, string> & {
        states: Record<string, number>;
      };
      const shown = async (id: string): Promise<string> =>
        (await text(`#${id} dd`)).replaceAll(/[^0-9-]/g, '');
      for (const [id, sum] of [
        ['equity', sums['equityE6']],
        ['mm', sums['mmE6']],
        ['im', sums['imE6']],
      ] as const) {
        expect(await shown(id), id).toBe(sum);
      }
      expect(Number(await shown('count-below-maintenance'))).toBeGreaterThanOrEqual(
        states['belowMaintenance'] ?? 0,
      );
      await page.locator('#prices ~ .scroll table').waitFor();
      const now = page.locator('#prices ~ .scroll tbody tr').filter({ hasText: 'as now' });
      const short =
        Number(await shown('count-below-maintenance')) + Number(await shown('count-bankrupt'));
      expect(await now.locator('td').nth(2).innerText()).toBe(String(short));
      const asked = accounts.length + OWN;
      await page.locator('#go').fill(String(asked));
      await page.locator('#go').press('Enter');
      await page.locator('#state').waitFor();
      const { text: margin } = await ask('GET', `/accounts/${asked}/margin`);
      expect(await shown('equity')).toBe((JSON.parse(margin) as { equityE6: string }).equityE6);
      await page.goto(`${running.url}/page#/account/5000`);
      await lookedFor('main', 'is not in this ledger');
      await page.goto(`${running.url}/page#/market`);
      await lookedFor('main h1', 'Market');
      await page.locator('.chart canvas').first().waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      await page.goto(`${running.url}/page#/proofs`);
      await lookedFor('#stored ~ *', 'statement liquidation');
      expect(await seriousFindings(page)).toEqual([]);
      expect((await ask('GET', '/page/prices', undefined, null)).status).toBe(401);
    });

    it.each([375, 1280])('fits %i pixels with nothing serious for axe', async (width) => {
      await page.setViewportSize({ width, height: 800 });
      const serious = async (): Promise<unknown> => {
        const wide = await page.evaluate('document.documentElement.scrollWidth');
        expect(wide).toBeLessThanOrEqual(width);
        return await seriousFindings(page);
      };
      await signIn();
      expect(await serious()).toEqual([]);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.locator('input[name=address]').fill(wallet.address);
      await page.getByRole('button', { name: 'Ask for a text to sign' }).click();
      await page.locator('#challenge').waitFor();
      expect(await serious()).toEqual([]);
    });
  },
);
