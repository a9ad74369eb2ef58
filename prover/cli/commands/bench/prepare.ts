// SPDX-License-Identifier: GPL-3.0-or-later
import { machineLine, medianRun, timeRuns, type Timing } from '../../../bench/measure.ts';
import { Ledger } from '../../../commitments/ledger.ts';
import { REPOSITORY_ROOT } from '../../../core/root.ts';
import { loadDefaultParameters } from '../../../documents/parameters-document.ts';
import { loadSample } from '../../../sample/sample.ts';
import { loadManifest } from '../../../statements/manifest.ts';
import { MarketTick } from '../../../statements/market-tick.ts';
import { prepareStatement } from '../../../statements/prepare.ts';
import type { CommandContext } from '../../command.ts';
import { countOption } from './remargin.ts';

const STATEMENTS = 1000;
const DEFAULT_RUNS = 3;
const MOST_RUNS = 100;

/** `account-margin` of 1,000 accounts at one tick, which they share, and at one made for each. */
export function benchPrepare(context: CommandContext): void {
  const runs = countOption(context, 'runs', DEFAULT_RUNS, MOST_RUNS);
  const sample = loadSample();
  const ledger = new Ledger(sample.ledgers.crash);
  const { snapshot } = sample.snapshots.crash;
  const parameters = loadDefaultParameters();
  const circuits = loadManifest(REPOSITORY_ROOT);
  const prepareAll = (tickOf: () => MarketTick): void => {
    for (let number = 0; number < STATEMENTS; number += 1) {
      const opening = ledger.open(number % sample.ledgers.crash.length);
      prepareStatement('account-margin', { opening, tick: tickOf(), context: 1n }, circuits);
    }
  };
  const each = (): MarketTick => new MarketTick(snapshot, parameters);
  const shared = medianRun(
    timeRuns(runs, 1, () => {
      const tick = each();
      prepareAll(() => tick);
    }),
  );
  const anew = medianRun(timeRuns(runs, 0, () => prepareAll(each)));
  const line = ({ wallMs, cpuMs }: Timing): string =>
    `${wallMs.toFixed(0)} ms (CPU ${cpuMs.toFixed(0)} ms)`;
  context.print(
    `Preparing ${STATEMENTS} statements of one tick (${machineLine()}), median of ${runs}:`,
  );
  context.print(`  the tick shared: ${line(shared)}`);
  context.print(`  the tick made for each account: ${line(anew)}`);
  context.printJson({ machine: machineLine(), runs, statements: STATEMENTS, shared, anew });
}
