// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Says which lines and branches of the contracts the tests reach:
 *
 *   npm run coverage                      all tests of the contracts, or those whose path is given
 *
 * A branch is one outcome of a condition: of `if`, `?:` and loops, of what `require` asks, of each operand of
 * `&&` and `||`. What is not reached has its reason in scripts/solidity-coverage/unreached.json, or is told and
 * the command fails; so does a reason for what is reached. Hardhat's own coverage knows no branches.
 */
import { REPOSITORY_ROOT } from '../prover/core/root.ts';
import { assertSetUp } from '../prover/toolchain/setup-state.ts';
import { coverageReport, coverageTable, readUnreached } from './solidity-coverage/report.ts';
import { instrumentedTree } from './solidity-coverage/tree.ts';

assertSetUp();
const filters = process.argv.slice(2);
const tree = instrumentedTree(REPOSITORY_ROOT);
const { reached, passed } = tree.run(filters.length === 0 ? ['test/contracts'] : filters);
const report = coverageReport(tree.probes, reached, readUnreached(REPOSITORY_ROOT));
console.log(coverageTable(report));
for (const { file, line, kind, where, text } of report.unexplained) {
  console.log(
    `not reached: ${file}:${line} ${where}: ${kind === 'statement' ? '' : `${kind} of `}${text}`,
  );
}
for (const { where, kind, text } of report.stale) {
  console.log(`explained, and reached or gone: ${where}: ${kind} ${text}`);
}
if (!passed) console.log('not every test held in the instrumented copy');
const isWhole = filters.length === 0;
if (!passed || (isWhole && report.unexplained.length + report.stale.length > 0)) {
  process.exitCode = 1;
}
