// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Calibrates option chains in CSV (docs/market-data.md) and prints the accuracy tables of
 * docs/calibration.md. With --peer, the raw SVI fits of another fitter (JSON: slices of expiry, T,
 * a, b, rho, m, sigma), one file per chain and in their order, are measured on the same quotes.
 *
 *     node scripts/calibration-report.ts btc.csv eth.csv [--peer btc.json --peer eth.json]
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';

import { DEFAULT_QUOTE_LIMITS } from '../prover/market/feeds/clean.ts';
import { DEFAULT_FIT_LIMITS } from '../prover/market/surface/fit-limits.ts';
import { calibrateSurface } from '../prover/market/surface/surface.ts';
import type { FittedSlice } from '../prover/market/surface/types.ts';
import { chainOf } from '../prover/market/feeds/chain.ts';
import type { ExpirySurface } from '../prover/market/snapshot/chain-surface.ts';
import { surfaceOfChain } from '../prover/market/snapshot/chain-surface.ts';
import { readMarketFile } from '../prover/market/feeds/read-file.ts';
import { SECONDS_PER_YEAR } from '../prover/core/year.ts';
import { median } from '../prover/core/statistics.ts';
import { canonicalJson } from '../prover/core/schema.ts';
import { checkWithEngine } from './calibration/engine-check.ts';
import type { PeerVol } from './calibration/peer.ts';
import { readPeer } from './calibration/peer.ts';

/** No quote of a saved chain is too old. */
const LIMITS = {
  quotes: { ...DEFAULT_QUOTE_LIMITS, maxAgeSeconds: Number.MAX_SAFE_INTEGER },
  fit: DEFAULT_FIT_LIMITS,
};
const CORE_STD_DEVS = 2;

const percent = (value: number, digits = 2): string => (100 * value).toFixed(digits);
const cell = (value: string | number): string => String(value);
const row = (cells: readonly (string | number)[]): string => `| ${cells.map(cell).join(' | ')} |`;
const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);

type Fitted = ExpirySurface & { readonly fit: FittedSlice };

/** The peer's errors around the money, on the quotes that were fitted here. */
function peerErrors({ expiry, quotes, forward }: Fitted, years: number, peer: PeerVol): number[] {
  return quotes.used.flatMap(({ strike, vol }) => {
    const k = Math.log(strike / forward.forward);
    const theirs = peer(BigInt(expiry), k);
    const core = Math.abs(k) <= CORE_STD_DEVS * vol * Math.sqrt(years);
    return core && theirs !== undefined ? [Math.abs(theirs - vol)] : [];
  });
}

function sliceRow(slice: Fitted, time: number, strikes: number[], peer: PeerVol | undefined) {
  const { fit, quotes, forward, expiry } = slice;
  const { core, whole, butterflyMargin, calendarMargin, clampKink, binding } = fit.diagnostics;
  const engine = checkWithEngine(fit, forward.forward, strikes);
  const years = (expiry - time) / SECONDS_PER_YEAR;
  const theirs = peer === undefined ? [] : peerErrors(slice, years, peer);
  return row([
    new Date(expiry * 1000).toISOString().slice(0, 10),
    quotes.used.length,
    `${percent(core.vol.median)} / ${percent(core.vol.rms)} / ${percent(core.vol.max)}`,
    theirs.length === 0 ? '–' : `${percent(median(theirs))} / ${percent(rms(theirs))}`,
    `${percent(whole.vol.median)} / ${percent(whole.vol.rms)}`,
    `${percent(whole.price.median, 4)} / ${percent(whole.price.max, 4)}`,
    butterflyMargin.toFixed(3),
    calendarMargin === Infinity ? '–' : calendarMargin.toPrecision(2),
    clampKink.toExponential(1),
    `${percent(engine.inside, 6)} / ${engine.across === Infinity ? '–' : percent(engine.across, 6)}`,
    `${fit.svi.kMin.toFixed(2)} … ${fit.svi.kMax.toFixed(2)}`,
    (Number(fit.confidenceQ10) / 1024).toFixed(2),
    binding.join(', '),
  ]);
}

const HEADER = [
  row([
    'expiry',
    'quotes',
    'core vol error: median / rms / max',
    'peer: median / rms',
    'all: median / rms',
    'price error, % of F: median / max',
    'least g',
    'calendar',
    'kink',
    'engine butterflies, % of F: inside / across',
    'domain',
    'confidence',
    'binding',
  ]),
  row(Array.from({ length: 13 }, () => '---')),
];

function report(file: string, peer: PeerVol | undefined): void {
  const read = readMarketFile(readFileSync(file, 'utf8'), file);
  const feed = read.type === 'feeds' ? read.feeds[0] : undefined;
  if (feed === undefined) throw new Error(`${file}: not a chain`);
  const chain = chainOf(feed.underlying, [feed], LIMITS.quotes.maxAgeSeconds);
  const time = Math.ceil(chain.time);
  const { expiries, skipped } = surfaceOfChain(chain, time, LIMITS);
  const fitted = expiries.filter((entry): entry is Fitted => entry.fit.state === 'fitted');
  const strikesOf = (expiry: number): number[] =>
    chain.options.filter((option) => option.expiry === expiry).map(({ strike }) => strike);

  const inputs = expiries.map(({ input }) => input);
  const began = performance.now();
  const again = calibrateSurface(inputs);
  const milliseconds = performance.now() - began;
  const surfaces = (slices: readonly ExpirySurface['fit'][]): string =>
    canonicalJson(slices.map((slice) => (slice.state === 'fitted' ? slice.surface : slice.reason)));
  const same = surfaces(again.slices) === surfaces(expiries.map(({ fit }) => fit));

  console.log(`\n### ${basename(file)}\n`);
  for (const line of HEADER) console.log(line);
  for (const slice of fitted) console.log(sliceRow(slice, time, strikesOf(slice.expiry), peer));
  const core = fitted.map(({ fit }) => fit.diagnostics.core.vol.median);
  const digest = createHash('sha256').update(surfaces(again.slices)).digest('hex').slice(0, 16);
  console.log(
    `\n${fitted.length} of ${expiries.length} slices fitted; median over slices of the median core ` +
      `error ${percent(median(core))} points, worst ${percent(Math.max(...core))}; ` +
      `${inputs.reduce((sum, { quotes }) => sum + quotes.length, 0)} quotes of ` +
      `${chain.options.length} instruments in ${milliseconds.toFixed(0)} ms; ` +
      `${same ? 'the same bits again' : 'OTHER BITS ON REPETITION'} (SHA-256 ${digest}…).`,
  );
  for (const { expiry, fit } of expiries) {
    if (fit.state === 'refused') console.log(`- refused ${expiry}: ${fit.message}`);
  }
  for (const { expiry, message } of skipped) console.log(`- skipped ${expiry}: ${message}`);
  if (!same) process.exitCode = 1;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { peer: { type: 'string', multiple: true, default: [] } },
});
positionals.forEach((file, index) => {
  const peer = values.peer[index];
  report(file, peer === undefined ? undefined : readPeer(readFileSync(peer, 'utf8'), peer));
});
