// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Writes a ledger to measure sessions on (docs/scaling.md), which nets to nothing:
 *
 *   node scripts/synthetic-ledger.ts crash 2000 ledger.json          the sample's accounts, as often as they
 *                                                                    go into so many, in another order
 *   node scripts/synthetic-ledger.ts crash --instruments 800 ledger.json   pairs of accounts that hold so many
 *                                                                    instruments, opposite sides
 */
import { parseArgs } from 'node:util';

import { listInstruments, seeded } from '../prover/bench/venue.ts';
import { instrumentKey } from '../prover/commitments/instrument.ts';
import { writeFileAtomically } from '../prover/core/files.ts';
import type { Account } from '../prover/commitments/account.ts';
import { formatLedger } from '../prover/documents/ledger-document.ts';
import { loadSample, type SampleTick } from '../prover/sample/sample.ts';

const SEED = 20_260_205;
/** As most of the sample's accounts, and what one of them can bear. */
const PAIR_POSITIONS = 6;
const PAIR_QUOTE_E6 = 2_000_000_000_000n;

function shuffled<T>(list: readonly T[]): T[] {
  const random = seeded(SEED);
  const mixed = [...list];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [mixed[last], mixed[other]] = [mixed[other]!, mixed[last]!];
  }
  return mixed;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { instruments: { type: 'string' } },
});
const [tick, ...rest] = positionals as [SampleTick, ...string[]];
const sample = loadSample();
const accounts: Account[] = [];
if (values.instruments === undefined) {
  const own = sample.ledgers[tick];
  const copies = Math.ceil(Number(rest[0]) / own.length);
  accounts.push(...shuffled(Array.from({ length: copies }, () => own).flat()));
} else {
  const listed = listInstruments(sample.snapshots[tick].snapshot, Number(values.instruments));
  const ordered = listed.sort((a, b) => (instrumentKey(a) < instrumentKey(b) ? -1 : 1));
  for (let first = 0; first < ordered.length; first += PAIR_POSITIONS) {
    const held = ordered.slice(first, first + PAIR_POSITIONS);
    for (const lots of [100n, -100n]) {
      accounts.push({
        owner: BigInt(accounts.length + 1),
        settlementNonce: 0n,
        frozen: false,
        riskReducingOnly: false,
        quoteE6: PAIR_QUOTE_E6,
        collateralE8: [0n, 0n, 0n],
        positions: held.map((instrument) => ({ instrument, lots })),
      });
    }
  }
}
writeFileAtomically(rest.at(-1)!, formatLedger(accounts));
process.stdout.write(`${accounts.length} accounts\n`);
