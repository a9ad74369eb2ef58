// SPDX-License-Identifier: GPL-3.0-or-later
import { profilesBySize } from '../../prover/proving/manifest.ts';
import type { PublicSignal, SignalType, Statement } from '../../prover/proving/manifest.ts';

const NOTICE =
  '// Generated from circuits/circuits.json by scripts/build-circuits.ts. Do not edit.';
const SPDX = '// SPDX-License-Identifier: GPL-3.0-or-later';

export function pascalCase(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

const RANGE_NOTE: Record<SignalType, string> = {
  field: 'field element',
  hash: 'field element',
  uint: 'unsigned',
  signed: 'signed: r - |x| for x < 0',
};

function solidityDoc(signal: PublicSignal): string {
  return `        // ${signal.doc} (${signal.unit}, ${RANGE_NOTE[signal.type]}).`;
}

/** The Solidity library through which contracts read a statement's public signals by name. */
export function signalsLibrary(statement: Statement): string {
  const name = `${pascalCase(statement.name)}Signals`;
  const count = statement.publicSignals.length;
  const fields = statement.publicSignals.map(
    (signal) => `${solidityDoc(signal)}\n        uint256 ${signal.name};`,
  );
  const reads = statement.publicSignals.map(
    (signal, index) => `        signals.${signal.name} = publicSignals[${index}];`,
  );
  return [
    SPDX,
    NOTICE,
    'pragma solidity ^0.8.28;',
    '',
    `/// @title Public signals of the \`${statement.name}\` statement, by name`,
    `/// @notice ${statement.description}`,
    `library ${name} {`,
    '    /// @dev Raw field elements, in the order of the circuit.',
    '    struct Signals {',
    ...fields,
    '    }',
    '',
    `    uint256 internal constant COUNT = ${count};`,
    '',
    '    error WrongSignalCount(uint256 expected, uint256 actual);',
    '',
    '    function read(uint256[] calldata publicSignals) internal pure returns (Signals memory signals) {',
    '        require(publicSignals.length == COUNT, WrongSignalCount(COUNT, publicSignals.length));',
    ...reads,
    '    }',
    '}',
    '',
  ].join('\n');
}

/** TypeScript types and order of the public signals of all statements. */
export function signalTypes(statements: readonly Statement[]): string {
  const interfaces = statements.flatMap((statement) => [
    '',
    `/** ${statement.description} */`,
    `export interface ${pascalCase(statement.name)}Signals {`,
    ...statement.publicSignals.flatMap((signal) => [
      `  /** ${signal.doc} (${signal.unit}). */`,
      `  readonly ${signal.name}: bigint;`,
    ]),
    '}',
  ]);
  const map = statements.map(
    (statement) => `  readonly ${property(statement.name)}: ${pascalCase(statement.name)}Signals;`,
  );
  const profiles = statements.map(
    (statement) =>
      `  ${property(statement.name)}: [${profilesBySize(statement)
        .map((profile) => `'${profile}'`)
        .join(', ')}],`,
  );
  const orders = statements.flatMap((statement) => [
    `  ${property(statement.name)}: [`,
    ...statement.publicSignals.map(
      ({ name, unit, type }) => `    { name: '${name}', unit: '${unit}', type: '${type}' },`,
    ),
    '  ],',
  ]);
  return [
    SPDX,
    NOTICE,
    ...interfaces,
    '',
    '/** Public signals by statement; signed amounts are decoded. */',
    'export interface StatementSignals {',
    ...map,
    '}',
    '',
    'export type StatementName = keyof StatementSignals;',
    '',
    '/** From the smallest circuit up. */',
    'export const PROFILES = {',
    ...profiles,
    '} as const;',
    '',
    '/** In the order in which the verifier takes them. */',
    'export const PUBLIC_SIGNALS = {',
    ...orders,
    '} as const;',
    '',
  ].join('\n');
}

function property(name: string): string {
  return /^[a-z]+$/i.test(name) ? name : `'${name}'`;
}
