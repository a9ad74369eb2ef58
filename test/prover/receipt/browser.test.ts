// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { gzipSync } from 'node:zlib';

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Judgement, PageInput } from '../../../prover/receipt/browser.ts';
import { FEED_VIEWS } from '../../../prover/receipt/chain-check.ts';
import { formatReceipt } from '../../../prover/receipt/document.ts';
import { PAGE_STATEMENTS, localKeyDocument } from '../../../prover/receipt/local-keys.ts';
import { ROOT } from '../../../prover/toolchain/bootstrap.mjs';
import { bundleReceipt, type ReceiptBundle } from '../../../prover/receipt/bundle.ts';
import { formatUsd } from '../../../prover/model/format.ts';
import { launchBrowser, noBrowser, seriousFindings } from '../../support/browser.ts';
import { busyNode, silentNode } from '../../support/faulty-node.ts';
import { formatInclusion } from '../../../prover/venue/session/inclusion-document.ts';
import { provenSession, SMALL_SESSION } from '../../support/solvency-session.ts';
import {
  ACCOUNT,
  OWNER,
  makeReceipts,
  receiptVenue,
  type MadeReceipts,
  type ReceiptVenue,
} from '../../support/receipts.ts';

const ASKED = 'a loan of 22 November, for Ada';
const keys = localKeyDocument(PAGE_STATEMENTS);
let at: ReceiptVenue;
let made: MadeReceipts;
let built: ReceiptBundle;
/** Of an account in a whole session. */
let inclusion: string;

beforeAll(async () => {
  at = await receiptVenue();
  made = await makeReceipts(at.place);
  built = await bundleReceipt(keys);
  const { ledger, files } = await provenSession(SMALL_SESSION);
  inclusion = formatInclusion(ledger.open(2), [...files.values()]);
}, 600_000);
afterAll(() => at.chain.close());

describe('the bundle, with none of Node’s globals', () => {
  /** What browsers and nothing else offer to a script, as far as the bundle may use it. */
  const webGlobals = () => ({
    TextEncoder,
    TextDecoder,
    URL,
    crypto,
    fetch,
    setTimeout,
    clearTimeout,
    AbortSignal,
    atob,
    btoa,
  });

  function judgeIn(globals: Record<string, unknown>): (input: PageInput) => Promise<Judgement> {
    const context = createContext(globals);
    runInContext('globalThis.self = globalThis', context);
    runInContext(built.library, context);
    for (const name of ['process', 'Buffer', 'require', 'global', 'module', '__dirname']) {
      expect(runInContext(`typeof ${name}`, context)).toBe('undefined');
    }
    return async (input) => {
      context['input'] = JSON.stringify(input);
      const judgement: unknown = await runInContext(
        'PlimsollReceipt.judgeReceipt(JSON.parse(input)).then(JSON.stringify)',
        context,
      );
      return JSON.parse(judgement as string) as Judgement;
    };
  }

  it('is of the size that docs/receipts.md tells', () => {
    const kib = (content: Uint8Array | string): number => Buffer.byteLength(content) / 1024;
    const documented = readFileSync(join(ROOT, 'docs', 'receipts.md'), 'utf8');
    const [, plain, compressed] = /script alone, (\d+) KiB or (\d+) KiB compressed/.exec(
      documented,
    )!;
    expect(Math.abs(kib(built.library) - Number(plain))).toBeLessThan(10);
    expect(Math.abs(kib(gzipSync(built.library)) - Number(compressed))).toBeLessThan(5);
  });

  it('judges receipts as the command line does, the chain included', async () => {
    const judge = judgeIn(webGlobals());
    const offline = await judge({ receipt: formatReceipt(made.exact), keys });
    expect(offline).toMatchObject({ verdict: 'holds', code: 'CHAIN_NOT_ASKED' });
    expect(offline.notChecked).toHaveLength(4);
    const online = await judge({
      receipt: formatReceipt(made.private),
      keys,
      challenge: ASKED,
      marketFeed: at.place.marketFeed,
      node: at.chain.url,
    });
    expect(online).toMatchObject({ verdict: 'valid', code: 'VALID' });
    expect(online.sentence).toContain(`an account of ${OWNER.address} met its initial margin`);
    expect(online.sentence).toContain('2026-02-05 16:00:02 UTC to now (');
    expect(online.notChecked).toEqual([expect.stringMatching(/^INSECURE/)]);
    const unnamed = await judge({ receipt: formatReceipt(made.exact), keys, node: at.chain.url });
    expect(unnamed).toMatchObject({ verdict: 'holds', code: 'VENUE_NOT_NAMED' });
  });

  it('refuses what does not hold, and reads nothing into what it cannot read', async () => {
    const judge = judgeIn(webGlobals());
    const receipt = formatReceipt(made.exact);
    const rich = receipt.replace(/"equityE6": "\d/, '"equityE6": "9');
    expect(await judge({ receipt: rich, keys })).toMatchObject({ code: 'PROOF_INVALID' });
    expect(await judge({ receipt: receipt.slice(0, 90), keys })).toMatchObject({
      verdict: 'unreadable',
      sentence:
        'This cannot be read as a receipt. receipt: is not complete, valid JSON: ' +
        'a key in quotes is missing (line 6, column 4).',
    });
    const wrong = { receipt: formatReceipt(made.private), keys, challenge: 'another' };
    expect(await judge(wrong)).toMatchObject({ verdict: 'invalid', code: 'CHALLENGE_MISMATCH' });
    const silent = { receipt, keys, node: 'http://127.0.0.1:9' };
    const offline = await judge({ receipt, keys });
    expect(offline.figures.length).toBeGreaterThan(5);
    // A dead node hides nothing of what was found without it.
    expect(await judge(silent)).toMatchObject({
      verdict: 'unchecked',
      code: 'NODE_FAILED',
      figures: offline.figures,
      notChecked: offline.notChecked,
    });
    const dead = { ...silent, receipt: rich };
    expect(await judge(dead)).toMatchObject({ verdict: 'invalid', code: 'PROOF_INVALID' });
  });

  it('claims figure by figure what the receipt says, with the ratio', async () => {
    const judge = judgeIn(webGlobals());
    const { signals } = made.exact;
    const { figures, isDevelopment } = await judge({ receipt: formatReceipt(made.exact), keys });
    const value = (name: string) => figures.find((figure) => figure.name === name)?.value;
    expect(isDevelopment).toBe(true);
    expect(value('equity')).toBe(`${formatUsd(signals.equityE6, 6)} USD`);
    expect(value('above initial')).toBe(
      `${formatUsd(signals.equityE6 - signals.initialMarginE6, 6)} USD`,
    );
    const ratio = Number(signals.maintenanceMarginE6) / Number(signals.equityE6);
    expect(Number.parseFloat(value('margin ratio')!)).toBeCloseTo(100 * ratio, 1);
    const kept = await judge({ receipt: formatReceipt(made.private), keys });
    expect(kept.figures.map(({ name }) => name)).not.toContain('initial margin');
    expect(kept.figures.find(({ name }) => name === 'owner')?.value).toBe(OWNER.address);
  });

  it('takes inclusion receipts, whose whole session it verifies', async () => {
    const judge = judgeIn(webGlobals());
    expect(await judge({ receipt: inclusion, keys })).toMatchObject({
      verdict: 'holds',
      code: 'CHAIN_NOT_ASKED',
      sentence: expect.stringMatching(
        /^All 10 proofs of a session hold, and it is whole/,
      ) as string,
    });
    const changed = inclusion.replace(/"USDC":"(-?)\d/, '"USDC":"$17');
    expect(await judge({ receipt: changed, keys })).toMatchObject({ verdict: 'invalid' });
  });

  it.each([
    ['plimsoll-proof', 'it is a proof, which `plimsoll verify` checks'],
    ['plimsoll.snapshot', 'it is a market snapshot'],
  ])('names a file of the format %s for what it is', async (format, what) => {
    const judge = judgeIn(webGlobals());
    expect(await judge({ receipt: JSON.stringify({ format }), keys })).toMatchObject({
      verdict: 'unreadable',
      sentence: `This is no receipt: ${what}.`,
      figures: [],
    });
  });

  it('blames a node that is too busy, or never answers, and not the receipt', async () => {
    const hurried = { timeout: () => AbortSignal.timeout(100) };
    const impatient = judgeIn({ ...webGlobals(), AbortSignal: hurried });
    const patient = judgeIn(webGlobals());
    const receipt = formatReceipt(made.exact);
    const nodes = [
      await busyNode(at.chain.url, FEED_VIEWS.getFunction('latestTick')!.selector),
      await silentNode(),
    ];
    try {
      expect(await patient({ receipt, keys, node: nodes[0]!.url })).toMatchObject({
        verdict: 'unchecked',
        sentence: expect.stringContaining(
          `Not checked on the chain: the node does not tell latestTick of ${at.place.marketFeed}. The proof holds`,
        ) as string,
      });
      expect(await impatient({ receipt, keys, node: nodes[1]!.url })).toMatchObject({
        verdict: 'unchecked',
        sentence: expect.stringMatching(
          /^Not checked on the chain: the node does not tell its chain\. The proof holds; /,
        ) as string,
      });
    } finally {
      await Promise.all(nodes.map((node) => node.close()));
    }
  });
});

describe.skipIf(noBrowser)(
  `the page, in a browser${noBrowser ? ' (skipped: no Chromium is installed)' : ''}`,
  () => {
    let folder: string;
    let browser: Browser;
    let page: Page;
    const problems: string[] = [];

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'plimsoll-page-'));
      writeFileSync(join(folder, 'page.html'), built.page);
      writeFileSync(join(folder, 'exact.json'), formatReceipt(made.exact));
      writeFileSync(join(folder, 'private.json'), formatReceipt(made.private));
      browser = await launchBrowser();
      page = await browser.newPage();
      page.on('pageerror', (error) => problems.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(pathToFileURL(join(folder, 'page.html')).href);
    });
    afterAll(async () => {
      await browser?.close();
      rmSync(folder, { recursive: true, force: true });
    });

    const verdict = () => page.locator('#verdict');

    it('shows of an inclusion receipt what the account had, and what was not checked', async () => {
      writeFileSync(join(folder, 'included.json'), inclusion);
      await page.setInputFiles('#file', join(folder, 'included.json'));
      await verdict().and(page.locator('.holds')).waitFor();
      expect(await verdict().textContent()).toMatch(/^All 10 proofs of a session hold/);
      expect(await page.locator('#not-checked li').allTextContents()).toHaveLength(4);
      const rows = await page.locator('#figures tr').allInnerTexts();
      expect(rows.join()).toContain('BTC');
      expect(rows.length).toBeGreaterThan(10);
      await page.setViewportSize({ width: 375, height: 800 });
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(375);
    });

    it('shows the sentence for a chosen file, and what was not checked', async () => {
      await page.setInputFiles('#file', join(folder, 'exact.json'));
      await verdict().and(page.locator('.holds')).waitFor();
      expect(await verdict().textContent()).toMatch(
        new RegExp(
          `^The proof holds; .* margin tick 1 .* account ${ACCOUNT} of ${OWNER.address} had`,
        ),
      );
      const caveats = await page.locator('#not-checked li').allTextContents();
      expect(caveats).toHaveLength(4);
      const trusted = await page.locator('#trusted li').allTextContents();
      expect(trusted.join()).toContain(made.exact.key.zkey);
      const rows = await page.locator('#figures tr').allInnerTexts();
      expect(rows.join()).toContain(`${formatUsd(made.exact.signals.equityE6, 6)} USD`);
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [375, 1280]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 800 });
          expect(await seriousFindings(page), `${colorScheme} ${width}`).toEqual([]);
          const wide = await page.evaluate('document.documentElement.scrollWidth');
          expect(wide).toBeLessThanOrEqual(width);
        }
      }
    });

    it('takes a file dropped on it, and compares it with the challenge', async () => {
      const data = await page.evaluateHandle((text) => {
        const web = globalThis as unknown as {
          DataTransfer: new () => { items: { add(file: unknown): void } };
        };
        const transfer = new web.DataTransfer();
        transfer.items.add(new File([text], 'receipt.json', { type: 'application/json' }));
        return transfer;
      }, formatReceipt(made.private));
      await page.dispatchEvent('body', 'drop', { dataTransfer: data });
      await verdict().and(page.locator('.holds')).waitFor();
      expect(await verdict().textContent()).toContain('met its initial margin');
      await page.fill('#challenge', 'something else');
      await page.dispatchEvent('#challenge', 'change');
      await verdict().and(page.locator('.invalid')).waitFor();
      expect(await verdict().textContent()).toMatch(/answers another challenge than yours/);
      await page.fill('#challenge', ASKED);
      await page.dispatchEvent('#challenge', 'change');
      await verdict().and(page.locator('.holds')).waitFor();
    });

    it('asks the node that it is given', async () => {
      await page.fill('#node', at.chain.url);
      await page.dispatchEvent('#node', 'change');
      await verdict().filter({ hasText: 'the venue was not named' }).waitFor();
      await page.fill('#feed', at.place.marketFeed);
      await page.dispatchEvent('#feed', 'change');
      // Not plainly good: anybody could have made a proof under a development key.
      await verdict().and(page.locator('.valid.development')).waitFor();
      const edges = (name: string): Promise<string> =>
        page.evaluate<string>(
          `(() => { const made = document.createElement('p'); made.id = 'verdict'; made.className = '${name}';` +
            ` made.textContent = '.'; document.body.append(made);` +
            ` const found = getComputedStyle(made).borderLeftColor; made.remove(); return found; })()`,
        );
      expect(await edges('valid development')).toBe(await edges('holds'));
      expect(await edges('valid development')).not.toBe(await edges('valid'));
      expect(await page.locator('#not-checked li').allTextContents()).toEqual([
        expect.stringMatching(/^INSECURE development key/),
      ]);
      expect(await verdict().textContent()).toMatch(
        /^Valid\. .* which was current from 2026-02-05 16:00:02 UTC to now \(.*\), an account of/,
      );
    });

    it('says so when a file is no receipt', async () => {
      await page.setInputFiles('#file', join(folder, 'page.html'));
      await verdict().and(page.locator('.unreadable')).waitFor();
      expect(await verdict().textContent()).toMatch(/^This cannot be read as a receipt/);
    });

    it('breaks nothing of its own policy', () => {
      expect(problems).toEqual([]);
    });
  },
);
