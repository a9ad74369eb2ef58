// SPDX-License-Identifier: GPL-3.0-or-later
import { format } from 'prettier';

import type { ParameterSet } from '../../prover/documents/parameters-document.ts';
import { parameterHash } from '../../prover/commitments/parameters-words.ts';
import type { ParametersDocument } from '../../prover/documents/parameters-schema.ts';

export const PARAMETERS_DOC_PATH = 'docs/parameters.md';

type Underlying = ParametersDocument['underlyings'][number];
type Scenario = Underlying['scenarios'][number];

const percent = (bps: number): string => `${(bps / 100).toString()} %`;
const share = (q10: number): string => `${((q10 * 100) / 1024).toFixed(1)} %`;
const usd = (value: number): string => `$${value.toLocaleString('en-US')}`;

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}

function duration(seconds: number): string {
  const units = [
    [31_536_000, 'year'],
    [86_400, 'day'],
    [3600, 'hour'],
  ] as const;
  const unit = units.find(([size]) => seconds % size === 0);
  if (unit === undefined) return `${seconds} seconds`;
  const count = seconds / unit[0];
  return `${count} ${unit[1]}${count === 1 ? '' : 's'}`;
}

function scenarioCells(scenario: Scenario): string[] {
  const move = (scenario.multiplierQ24 / 2 ** 24 - 1) * 100;
  return [
    `${scenario.logMoveQ10} (${move.toFixed(2)} %)`,
    String(scenario.multiplierQ24),
    `${scenario.dampingQ16} (${(scenario.dampingQ16 / 65_536).toFixed(4)})`,
  ];
}

function scenarioTable([btc, eth]: ParametersDocument['underlyings']): string {
  const rolls = { '-1': 'down', 0: 'none', 1: 'up' } as const;
  const rows = btc.scenarios.map((scenario, index) => {
    const twin = eth.scenarios[index] as Scenario;
    const roll = rolls[scenario.forwardRoll as -1 | 0 | 1];
    const common = [String(scenario.id), scenario.kind, scenario.vol, roll];
    return [...common, ...scenarioCells(scenario), ...scenarioCells(twin)];
  });
  const columns = (symbol: string): string[] => [
    `${symbol} g (move)`,
    `${symbol} m Q24`,
    `${symbol} damping Q16`,
  ];
  return table(['id', 'kind', 'vol', 'roll', ...columns('BTC'), ...columns('ETH')], rows);
}

function contingencyTable({ contingencies }: ParametersDocument): string {
  const { shortOption, perpetual, future, oracleConfidence, oracleLatency } = contingencies;
  const linear = [
    ['short option', shortOption] as const,
    ['perpetual', perpetual] as const,
    ['dated future', future] as const,
  ].map(([name, line]) => [name, line.base ?? '', percent(line.mmBps), percent(line.imBps)]);
  const threshold = share(oracleConfidence.thresholdQ10);
  return table(
    ['contingency', 'base', 'MM', 'IM'],
    [
      ...linear,
      [
        'oracle confidence',
        oracleConfidence.base ?? '',
        '–',
        `${percent(oracleConfidence.imBps)} × max(0, ${threshold} − c)/${threshold}`,
      ],
      [
        'oracle latency',
        oracleLatency.base ?? '',
        '–',
        `${oracleLatency.imBpsPerSecondX10 / 10} bp per second of index age, at most ${percent(oracleLatency.maxImBps)}`,
      ],
    ],
  );
}

function concentrationTable({ contingencies }: ParametersDocument): string {
  const { bandsOfDepthQ10, marginalMmBps, marginalImBps } = contingencies.concentration;
  const rows = marginalMmBps.map((mmBps, band) => [
    band === 0 ? '0' : `${(bandsOfDepthQ10[band - 1] as number) / 1024} × depth`,
    percent(mmBps),
    percent(marginalImBps[band] as number),
  ]);
  return table(['dollar delta above', 'marginal MM', 'marginal IM'], rows);
}

function collateralTable({ collateral }: ParametersDocument): string {
  const rows = collateral.flatMap((asset) => {
    let from = 0;
    return asset.tiers.map(({ upToQuote, haircutBps }) => {
      const range = upToQuote === null ? `above ${usd(from)}` : `${usd(from)} to ${usd(upToQuote)}`;
      from = upToQuote ?? from;
      return [asset.asset, range, percent(haircutBps), percent(asset.imExtraBps)];
    });
  });
  return table(['asset', 'value in the tier', 'haircut', 'extra in IM'], rows);
}

function tenorTable({ tenorTable: knots }: ParametersDocument): string {
  const rows = knots.map((knot) => [
    duration(knot.tauSeconds),
    `${knot.volUpQ10} (+${share(knot.volUpQ10)})`,
    `${knot.volDownQ10} (−${share(knot.volDownQ10)})`,
    `${knot.skewCapQ10} (${share(knot.skewCapQ10)})`,
    String(knot.skewSlopeQ10),
    String(knot.rollLogQ10),
  ]);
  return table(['τ', 'vol up', 'vol down', 'skew cap', 'skew slope', 'roll'], rows);
}

function underlyingTable({ underlyings }: ParametersDocument): string {
  const rows = underlyings.map((underlying) => [
    underlying.symbol,
    `${underlying.contractSizeE8 / 1e8} ${underlying.symbol}`,
    `1/${underlying.lotsPerContract} contract`,
    percent(underlying.volFloorUpBps),
  ]);
  return table(['underlying', 'contract', 'lot', 'floor of the raised volatility'], rows);
}

/** The documentation of a parameter set: every number of it, from it. */
export async function renderParameterDocs(set: ParameterSet): Promise<string> {
  const { document } = set;
  const { factors, heartbeatsSeconds, stress } = document;
  const markdown = [
    '<!-- Generated by scripts/generate-parameter-docs.ts from prover/documents/default-parameters.json. Do not edit. -->',
    `# Default risk parameters: \`${document.name}\`, version ${document.version}`,
    `The set is content-addressed: its \`parameterHash\` (docs/spec.md §2.5) is \`${parameterHash(set)}\`. What the numbers mean is in docs/spec.md §4 and §5; bps are 10⁻⁴, Qn is a value times 2⁻ⁿ.`,
    '## Factors',
    table(
      ['', 'value'],
      [
        ['maintenance margin, of the scan range', percent(factors.mmFactorBps)],
        ['initial margin, of the scan range', percent(factors.imFactorBps)],
        ['cure of a liquidation at equity of', `${1 + factors.cureBufferBpsOfMM / 10_000} × MM`],
      ],
    ),
    '## Underlyings',
    underlyingTable(document),
    '## Scenarios',
    'Id 0 is the mark. g is in 2⁻¹⁰ of a natural logarithm and m = round(2²⁴·e^{g/1024}).',
    scenarioTable(document.underlyings),
    `A venue must cover ids ${stress.coverScenarioIds.join(', ')} undamped; ids ${stress.disclosedOnlyIds.join(', ')} are disclosed undamped.`,
    '## Vol, skew and roll by time to expiry',
    'Units of 2⁻¹⁰; linear between the knots, flat outside, rounded against the account.',
    tenorTable(document),
    '## Contingencies',
    contingencyTable(document),
    'Concentration, marginal in the dollar delta of an underlying:',
    concentrationTable(document),
    'A snapshot that states no depth has depth 0: the last band then applies from the first dollar, and even a spread ' +
      'that was paid in full can be below maintenance by it. In the first band such positions owe no contingency ' +
      '([risk-model.md](risk-model.md)).',
    '## Collateral',
    'Tiers are marginal. Only positive balances count; USDC may be negative and has no haircut.',
    collateralTable(document),
    '## Heartbeats',
    'A component older than this makes a snapshot stale.',
    table(
      ['component', 'seconds'],
      Object.entries(heartbeatsSeconds).map(([name, seconds]) => [name, String(seconds)]),
    ),
  ].join('\n\n');
  return format(markdown, { parser: 'markdown', printWidth: 100 });
}
