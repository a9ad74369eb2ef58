// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Prices points through the compiled circuit and through the 50-digit reference, and writes
 * docs/accuracy.md. Fails when one value inside the domain breaks the bound.
 *
 *     node scripts/accuracy-report.ts [points]
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { measure, openHarness, type Measurement } from './accuracy/measure.ts';
import { pricePoint, uniform } from './accuracy/points.ts';
import { regionTable } from './accuracy/table.ts';

const SEED = 20_260_205;
const points = Number(process.argv[2] ?? 20_000);

const circuit = await openHarness();
const random = uniform(SEED);
const measurements: Measurement[] = [];
for (let n = 1; n <= points; n += 1) {
  measurements.push(...measure(circuit, pricePoint(random)));
  if (n % 1000 === 0) process.stderr.write(`${n} of ${points} points\n`);
}

const inside = measurements.filter(({ inDomain }) => inDomain);
const beyond = measurements.filter(({ inDomain }) => !inDomain);
const worst = inside.reduce((a, b) => (b.shareOfBound > a.shareOfBound ? b : a));
const worstBeyond = beyond.reduce((a, b) => (b.errorOfForward > a.errorOfForward ? b : a));
const count = (values: readonly Measurement[]): string => values.length.toLocaleString('en-US');
const figure = (value: number): string => value.toExponential(2);

const report = `# Accuracy of the pricing kernel

Written by \`node scripts/accuracy-report.ts ${points}\`; do not edit.

${points.toLocaleString('en-US')} seeded points went through the compiled circuit (harness
\`option-price\`, ${circuit.constraints} constraints at \`--O2\`): logarithms, SVI, both square roots, the
split and the kernel, once at the mark and once under a scenario's move and vol shock. Each value is
compared with Black-76 in 50 decimal digits (\`scripts/accuracy/reference.ts\`), which shares no code
with the model and takes nothing from it but the integer inputs.

**Domain**: forwards $1 … $1,000,000, K/F 0.05 … 20, 10 minutes … 3 years, volatility 5 % … 400 %; a
shocked value counts as inside when its shocked forward, moneyness and volatility are.
**Bound**: |value − exact| ≤ 2·10⁻⁸·F + 1 unit (10⁻⁴ USD). It holds for all ${count(inside)} values inside.
The worst of them uses ${(100 * worst.shareOfBound).toFixed(1)} % of the bound: ${figure(worst.errorOfForward)}·F at ln(K/F) =
${worst.logMoneyness.toFixed(3)}, standard deviation ${worst.stdDev.toPrecision(3)}, ${worst.where}.

${regionTable(inside)}

A put differs from its call by F − K exactly, in the circuit as in the reference: its error is the
same. Part of every error is deliberate: (F + K)·2⁻⁴⁰ is added so that no option is worth less than
nothing (docs/spec.md §3), 2·10⁻¹¹·F at K/F = 20. Most of the rest is the grid of d₁ and, where K is
many times F, the distribution's error times K/F.

Beyond the domain (${count(beyond)} values, most of them shocked out of it, some on its very edge)
nothing is promised but totality; the largest error seen there is ${figure(worstBeyond.errorOfForward)}·F at ln(K/F) =
${worstBeyond.logMoneyness.toFixed(3)}, standard deviation ${worstBeyond.stdDev.toPrecision(3)}.
`;

if (worst.shareOfBound > 1) {
  process.stderr.write(`${report}\nthe bound does not hold\n`);
  process.exitCode = 1;
} else {
  writeFileSync(fileURLToPath(new URL('../docs/accuracy.md', import.meta.url)), report);
}
