// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Shows that each check of an audit catches what it is for, and that nothing else does: tampers with one
 * link of the demonstration's chain, or of a ceremony, at a time and audits it, with the check and without.
 *
 *   npm run audit-tampering -- --json                 100 tamperings from seed 1
 *   npm run audit-tampering -- --count 20 --seed 7
 *   npm run audit-tampering -- --export demo.json     on a chain that was exported before
 *   npm run audit-tampering -- --only beacon,role     of these kinds alone
 *
 * With --cache folder, what is compiled is kept there for the next run.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { exportChain } from '../prover/audit/export.ts';
import { FolderCheckout, parseExport } from '../prover/audit/evidence.ts';
import { AuditMemory } from '../prover/audit/memory.ts';
import { parseVenue } from '../prover/chain/venue-document.ts';
import { InvalidInput } from '../prover/core/errors.ts';
import { readTextFile } from '../prover/core/files.ts';
import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { loadDefaultParameters } from '../prover/documents/parameters-document.ts';
import { loadSample } from '../prover/sample/sample.ts';
import { Evidence } from './tampering/evidence.ts';
import { KINDS, type Random } from './tampering/kinds.ts';
import { rehearsed } from './tampering/rehearsal.ts';

const DEFAULT_COUNT = 100;
/** No tampering is its own: its rules are tested one by one in test/prover/sequencer/transition-rule.test.ts. */
const LEFT_OUT = ['transition'] as const;

/** mulberry32: enough to choose places, the same everywhere. */
function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

async function playedDemo(): Promise<string> {
  const { runDemo } = await import('../prover/demo/demo.ts');
  let exported = '';
  await runDemo(loadSample(), {
    print: () => undefined,
    note: (line) => process.stderr.write(`${line}\n`),
    ended: async ({ rpc }, venue) => {
      exported = await exportChain(rpc, venue, [loadDefaultParameters()]);
    },
  });
  return exported;
}

interface Outcome {
  readonly tampering: string;
  readonly check: string;
  readonly refusedBy: readonly string[];
  readonly passesWithout: boolean;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    count: { type: 'string' },
    seed: { type: 'string' },
    export: { type: 'string' },
    only: { type: 'string' },
    cache: { type: 'string' },
  },
});
const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const source =
  values.export === undefined ? await playedDemo() : readTextFile(values.export, '--export');
const { fromBlock, toBlock, venue, answers } = parseExport(source, 'export');
const honest = new Evidence({
  checkout: new FolderCheckout(REPOSITORY_ROOT),
  answers,
  venue: parseVenue(venue),
  range: { fromBlock, toBlock },
  parameters: [loadDefaultParameters()],
});
const memory = new AuditMemory(values.cache);
const refusals = async (
  evidence: Evidence,
  without: readonly (typeof KINDS)[number]['check'][] = [],
) => {
  const { verdicts } = await evidence.audit(memory, [...LEFT_OUT, ...without]);
  return [
    ...new Set(verdicts.filter(({ outcome }) => outcome === 'fails').map(({ check }) => check)),
  ];
};

const seed = Number(values.seed ?? 1);
const only = values.only?.split(',');
const kinds = KINDS.filter(({ name }) => only?.includes(name) ?? true);
if (kinds.length === 0)
  throw new InvalidInput('--only', `must be of: ${KINDS.map(({ name }) => name).join(', ')}`);
const honestRefusals: string[] = [];
if (kinds.some(({ on }) => on === undefined)) {
  say('the honest run');
  honestRefusals.push(...(await refusals(honest)));
}
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-tampering-'));
let rehearsal = honest;
if (kinds.some(({ on }) => on === 'rehearsal')) {
  say('a ceremony of three contributors and a beacon, and its honest run');
  rehearsal = await rehearsed(honest, folder);
  honestRefusals.push(...(await refusals(rehearsal)));
}
const count = Number(values.count ?? DEFAULT_COUNT);
const outcomes: Outcome[] = [];
for (let index = 0; index < count; index += 1) {
  const { name, check, on, tamper } = kinds[index % kinds.length]!;
  const untouched = on === 'rehearsal' ? rehearsal : honest;
  const tampered = await tamper(untouched, seeded(seed * 1_000_003 + index));
  const refusedBy = await refusals(tampered);
  const passesWithout = (await refusals(tampered, [check])).length === 0;
  outcomes.push({ tampering: name, check, refusedBy, passesWithout });
  const isOwn = refusedBy.join() === check && passesWithout;
  say(
    `${index + 1}/${count} ${name}: ${isOwn ? `refused by ${check} alone` : `REFUSED BY ${refusedBy.join(', ') || 'NOTHING'}${passesWithout ? '' : ', AND WITHOUT IT TOO'}`}`,
  );
}
rmSync(folder, { recursive: true, force: true });
const result = {
  honestRunPasses: honestRefusals.length === 0,
  tamperings: outcomes.length,
  caught: outcomes.filter(({ refusedBy }) => refusedBy.length > 0).length,
  byOwnCheck: outcomes.filter(
    ({ check, refusedBy, passesWithout }) => refusedBy.join() === check && passesWithout,
  ).length,
};
if (values.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  const { tamperings, caught, byOwnCheck, honestRunPasses } = result;
  process.stdout.write(
    `the honest run ${honestRunPasses ? 'passes' : `is refused by ${honestRefusals.join(', ')}`}; of ` +
      `${tamperings} tamperings ${caught} are refused, ${byOwnCheck} by their own check alone\n`,
  );
}
const { curve_bn128: curve } = globalThis as { curve_bn128?: { terminate(): Promise<void> } };
await curve?.terminate();
process.exitCode = result.honestRunPasses && result.byOwnCheck === result.tamperings ? 0 : 1;
