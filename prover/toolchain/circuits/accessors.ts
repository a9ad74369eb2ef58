// SPDX-License-Identifier: GPL-3.0-or-later
import { findProfile, profileCapacity, profilesBySize } from '../../statements/manifest.ts';
import type {
  PackedSignal,
  PublicSignal,
  Statement,
  ValueType,
} from '../../statements/manifest.ts';

const NOTICE =
  '// Generated from circuits/circuits.json by prover/toolchain/build-circuits.ts. Do not edit.';
const SPDX = '// SPDX-License-Identifier: GPL-3.0-or-later';

export function pascalCase(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

const RANGE_NOTE: Record<ValueType, string> = {
  field: 'field element',
  hash: 'field element',
  uint: 'unsigned',
  signed: 'signed: r - |x| for x < 0',
};

/** A value that readers see by name: a public signal, or a field of a packed one. */
interface NamedValue {
  readonly name: string;
  readonly unit: string;
  readonly doc: string;
  readonly note: string;
  /** In Solidity: field elements as they are, what was unpacked as what it stands for. */
  readonly word: 'uint256' | 'int256';
}

function namedValues(signal: PublicSignal): readonly NamedValue[] {
  if (signal.type !== 'packed') {
    return [{ ...signal, note: RANGE_NOTE[signal.type], word: 'uint256' }];
  }
  return signal.fields.map((field) => {
    const isSigned = field.type === 'signed';
    const width = `${field.bits} bits, ${isSigned ? 'signed' : 'unsigned'}`;
    return {
      ...field,
      note: field.bits === 1 ? '0 or 1' : width,
      word: isSigned ? 'int256' : 'uint256',
    };
  });
}

/** The ones below a width. A literal of 40 hexadecimal digits would be an address to the compiler. */
const mask = (bits: number): string =>
  bits % 8 === 0 ? `type(uint${bits}).max` : `0x${((1n << BigInt(bits)) - 1n).toString(16)}`;

/** Unpacks one word; what lies beyond its fields would be a second spelling of the same values. */
function unpacking({ fields }: PackedSignal, index: number): string[] {
  const word = `publicSignals[${index}]`;
  const width = fields.reduce((sum, { bits }) => sum + bits, 0);
  let offset = 0;
  const reads = fields.map(({ name, bits, type }) => {
    const last = offset + bits === width;
    const rest = offset === 0 ? word : `${word} >> ${offset}`;
    const low = `${offset === 0 ? rest : `(${rest})`} & ${mask(bits)}`;
    const raw = last ? rest : low;
    offset += bits;
    return `        signals.${name} = ${type === 'signed' ? `int256(${raw}) - (1 << ${bits - 1})` : raw};`;
  });
  return [`        require(${word} >> ${width} == 0, MalformedSignal(${index}));`, ...reads];
}

/** Of a statement that leaves the positions closed there is but one. */
function smallestProfile(statement: Statement): string[] {
  const [smallest] = profilesBySize(statement);
  if (findProfile(statement, smallest!).parameters.length === 0) return [];
  return [
    '    /// @dev Profiles are numbered by the positions they hold.',
    `    uint8 internal constant SMALLEST_PROFILE = ${profileCapacity(statement, smallest!)};`,
    '',
  ];
}

/** The Solidity library through which contracts read a statement's public signals by name. */
export function signalsLibrary(statement: Statement): string {
  const name = `${pascalCase(statement.name)}Signals`;
  const count = statement.publicSignals.length;
  const fields = statement.publicSignals
    .flatMap(namedValues)
    .flatMap(({ name: field, unit, doc, note, word }) => [
      `        // ${doc} (${unit}, ${note}).`,
      `        ${word} ${field};`,
    ]);
  const reads = statement.publicSignals.flatMap((signal, index) =>
    signal.type === 'packed'
      ? unpacking(signal, index)
      : [`        signals.${signal.name} = publicSignals[${index}];`],
  );
  const isPacked = statement.publicSignals.some(({ type }) => type === 'packed');
  return [
    SPDX,
    NOTICE,
    'pragma solidity ^0.8.28;',
    '',
    `/// @title Public signals of the \`${statement.name}\` statement, by name`,
    `/// @notice ${statement.description}`,
    `library ${name} {`,
    isPacked
      ? '    /// @dev Field elements, packed ones unpacked, in the order of the circuit.'
      : '    /// @dev Raw field elements, in the order of the circuit.',
    '    struct Signals {',
    ...fields,
    '    }',
    '',
    `    uint256 internal constant COUNT = ${count};`,
    '',
    ...smallestProfile(statement),
    '    error WrongSignalCount(uint256 expected, uint256 actual);',
    ...(isPacked ? ['', '    error MalformedSignal(uint256 position);'] : []),
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
    ...statement.publicSignals
      .flatMap(namedValues)
      .flatMap(({ name, unit, doc }) => [
        `  /** ${doc} (${unit}). */`,
        `  readonly ${name}: bigint;`,
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
    ...statement.publicSignals.flatMap(signalEntry),
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
    '/** In the order in which the verifier takes them; fields of a packed one from the lowest bit up. */',
    'export const PUBLIC_SIGNALS = {',
    ...orders,
    '} as const;',
    '',
  ].join('\n');
}

function signalEntry(signal: PublicSignal): string[] {
  if (signal.type !== 'packed') {
    const { name, unit, type } = signal;
    return [`    { name: '${name}', unit: '${unit}', type: '${type}' },`];
  }
  return [
    '    {',
    `      name: '${signal.name}',`,
    "      type: 'packed',",
    '      fields: [',
    ...signal.fields.map(
      ({ name, unit, type, bits }) =>
        `        { name: '${name}', unit: '${unit}', type: '${type}', bits: ${bits} },`,
    ),
    '      ],',
    '    },',
  ];
}

function property(name: string): string {
  return /^[a-z]+$/i.test(name) ? name : `'${name}'`;
}
