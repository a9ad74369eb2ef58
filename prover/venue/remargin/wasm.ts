// SPDX-License-Identifier: GPL-3.0-or-later

/** Instructions of WebAssembly as bytes (W3C, WebAssembly Core Specification 2.0, §5.4). */
export type Code = readonly number[];

function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return [...bytes, rest];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

function signed(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return [...bytes, rest & 0x7f];
    bytes.push((rest & 0x7f) | 0x80);
  }
}

const vector = (opcode: number, ...operands: Code[]): Code => [
  ...operands.flat(),
  0xfd,
  ...unsigned(opcode),
];
/** Alignment is a hint; accesses of any are allowed. */
const at = (offset: number): Code => [0, ...unsigned(offset)];

export const TYPE = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;

/** Expressions and statements, operands before what takes them. */
export const op = {
  get: (local: number): Code => [0x20, ...unsigned(local)],
  set: (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)],
  i32: (value: number): Code => [0x41, ...signed(value)],
  i32Load: (address: Code, offset: number): Code => [...address, 0x28, ...at(offset)],
  i32Add: (left: Code, right: Code): Code => [...left, ...right, 0x6a],
  i32Or: (left: Code, right: Code): Code => [...left, ...right, 0x72],
  /** How many of the lowest bits are 0; 32 of 0. */
  i32TrailingZeros: (value: Code): Code => [...value, 0x68],
  i32ShiftLeft: (left: Code, right: Code): Code => [...left, ...right, 0x74],
  i32Below: (left: Code, right: Code): Code => [...left, ...right, 0x49],
  f64Load: (address: Code, offset: number): Code => [...address, 0x2b, ...at(offset)],
  f64Store: (address: Code, offset: number, value: Code): Code => [
    ...address,
    ...value,
    0x39,
    ...at(offset),
  ],
  f64Abs: (value: Code): Code => [...value, 0x99],
  /** 1 where left is less, else 0. */
  f64Below: (left: Code, right: Code): Code => [...left, ...right, 0x63],
  f64Add: (left: Code, right: Code): Code => [...left, ...right, 0xa0],
  f64Mul: (left: Code, right: Code): Code => [...left, ...right, 0xa2],
  f64Max: (left: Code, right: Code): Code => [...left, ...right, 0xa5],
  f64OfI32: (value: Code): Code => [...value, 0xb8],
  load: (address: Code, offset: number): Code => [...vector(0x00, address), ...at(offset)],
  store: (address: Code, offset: number, value: Code): Code => [
    ...vector(0x0b, address, value),
    ...at(offset),
  ],
  lane: (value: Code, index: 0 | 1): Code => [...vector(0x21, value), index],
  /** Two bits, the first that of the first lane: where both are equal. */
  equalLanes: (left: Code, right: Code): Code => vector(0xc4, vector(0x47, left, right)),
  splat: (value: Code): Code => vector(0x14, value),
  and: (left: Code, right: Code): Code => vector(0x4e, left, right),
  floor: (value: Code): Code => vector(0x75, value),
  add: (left: Code, right: Code): Code => vector(0xf0, left, right),
  mul: (left: Code, right: Code): Code => vector(0xf2, left, right),
  max: (left: Code, right: Code): Code => vector(0xf7, left, right),
  f64: (value: number): Code => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)],
  f64Equal: (left: Code, right: Code): Code => [...left, ...right, 0x61],
  ifElse: (condition: Code, then: Code, otherwise: Code): Code => [
    ...condition,
    ...[0x04, 0x40],
    ...then,
    0x05,
    ...otherwise,
    0x0b,
  ],
  /** Runs the body for as long as the condition holds. */
  whileTrue: (condition: Code, body: Code): Code => [
    ...[0x02, 0x40, 0x03, 0x40],
    ...condition,
    ...[0x45, 0x0d, 1],
    ...body,
    ...[0x0c, 0, 0x0b, 0x0b],
  ],
} as const;

const section = (id: number, content: Code): Code => [id, ...unsigned(content.length), ...content];
const name = (text: string): Code => [text.length, ...new TextEncoder().encode(text)];

/** A module with one function `run`, without a result, over the memory that is imported as `m.m`. */
export function moduleOf(
  parameters: readonly number[],
  locals: readonly number[],
  body: Code,
): Uint8Array<ArrayBuffer> {
  const declared = [...unsigned(locals.length), ...locals.flatMap((type) => [1, type])];
  const code = [...declared, ...body, 0x0b];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, parameters.length, ...parameters, 0]),
    ...section(2, [1, ...name('m'), ...name('m'), 2, 0, 1]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...name('run'), 0, 0]),
    ...section(10, [1, ...unsigned(code.length), ...code]),
  ]);
}
