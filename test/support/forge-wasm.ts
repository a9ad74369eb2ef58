// SPDX-License-Identifier: GPL-3.0-or-later
import {
  CODE_SECTION,
  findSignalBase,
  functionBodies,
  IMPORTED_FUNCTIONS,
  MEMORY_SECTION,
  SIGNAL_BYTES,
  splitSections,
  unexpected,
  WasmReader,
} from '../../prover/proving/circom-memory.ts';

/** The flag of label k lies at 5k, so that the hook finds it by a shift: 40 bytes / 8. */
const FLAG_STRIDE = SIGNAL_BYTES / 8;
const PAGE_BYTES = 65_536;
/** Position of `showSharedRWMemory` among the imports, which circom writes in a fixed order. */
const LOG_IMPORT = 3;

export interface PatchedGenerator {
  readonly wasm: Uint8Array;
  readonly labels: number;
  /** Address of signal 0; signal k follows at k × `SIGNAL_BYTES`. */
  readonly signalBase: number;
  readonly flagBase: number;
  /** Where the hook stores the address just written, before it calls the host. */
  readonly destinationSlot: number;
  readonly memoryEnd: number;
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  do {
    const rest = Math.floor(value / 128);
    bytes.push((value % 128) | (rest > 0 ? 0x80 : 0));
    value = rest;
  } while (value > 0);
  return bytes;
}

function constant(value: number): number[] {
  const bytes: number[] = [];
  for (;;) {
    const byte = value & 0x7f;
    value >>= 7;
    if ((value === 0 && (byte & 0x40) === 0) || (value === -1 && (byte & 0x40) !== 0)) {
      return [0x41, ...bytes, byte];
    }
    bytes.push(byte | 0x80);
  }
}

const hex = (text: string): number[] => [...Buffer.from(text.replaceAll(' ', ''), 'hex')];
/** `Fr_copy(to, from)`: five 8-byte loads and stores. Every assignment of a signal ends here. */
const COPY_ONE = hex(
  `00 2000 2001 290300 370300 2000 2001 290308 370308 2000 2001 290310 370310
   2000 2001 290318 370318 2000 2001 290320 370320 0b`.replaceAll('\n', ''),
);
/** The end of a failed check: print the message, then `return 4`. */
const ASSERT_TAIL = hex('1001 4104 0f 0b');
const ASSERT_RETURN_OFFSET = 2;

/**
 * Rewrites a circom 2.2 generator so that (1) an assignment to a flagged signal calls the host
 * right after the copy, (2) failed checks are reported and passed over.
 */
export function patchWitnessGenerator(wasm: Uint8Array, labels: number): PatchedGenerator {
  const sections = splitSections(wasm);
  const pages = sections.find(([id]) => id === MEMORY_SECTION)![1];
  const flagBase = memoryPages(pages) * PAGE_BYTES;
  const destinationSlot = flagBase + labels * FLAG_STRIDE + 8;
  const signalBase = findSignalBase(wasm);
  const layout = { labels, signalBase, flagBase, destinationSlot, memoryEnd: destinationSlot + 8 };
  const patched = sections.map(([id, body]): [number, Uint8Array] =>
    id === CODE_SECTION ? [id, patchCode(body, layout)] : [id, body],
  );
  const chunks = patched.map(([id, body]) =>
    Buffer.concat([Buffer.from([id, ...unsigned(body.length)]), body]),
  );
  return { ...layout, wasm: Buffer.concat([wasm.subarray(0, 8), ...chunks]) };
}

function memoryPages(section: Uint8Array): number {
  const reader = new WasmReader(section);
  const count = reader.unsigned();
  const limits = reader.unsigned();
  if (count !== 1 || limits !== 0) throw unexpected('memory section');
  return reader.unsigned();
}

function patchCode(section: Uint8Array, layout: Omit<PatchedGenerator, 'wasm'>): Uint8Array {
  const bodies = functionBodies(section);
  const copyOne = bodies.findIndex((body) => Buffer.from(COPY_ONE).equals(body));
  if (copyOne < 0) throw unexpected('Fr_copy');
  const patched = bodies.map((body, index) => {
    if (index === copyOne) return Uint8Array.from(hookedCopy(layout));
    // Fr_copyn follows Fr_copy; rewritten as a loop over the hooked copy.
    if (index === copyOne + 1) return Uint8Array.from(copyMany(copyOne + IMPORTED_FUNCTIONS));
    return passOverAsserts(body);
  });
  const chunks = patched.flatMap((body) => [Buffer.from(unsigned(body.length)), body]);
  return Buffer.concat([Buffer.from(unsigned(bodies.length)), ...chunks]);
}

function passOverAsserts(body: Uint8Array): Uint8Array {
  const patched = Buffer.from(body);
  for (let at = patched.indexOf(Buffer.from(ASSERT_TAIL)); at >= 0;) {
    patched.fill(0x01, at + ASSERT_RETURN_OFFSET, at + ASSERT_RETURN_OFFSET + 3);
    at = patched.indexOf(Buffer.from(ASSERT_TAIL), at + 1);
  }
  return patched;
}

function hookedCopy(layout: Omit<PatchedGenerator, 'wasm'>): number[] {
  const offset = [...[0x20, 0x00], ...constant(layout.signalBase), 0x6b];
  return [
    ...COPY_ONE.slice(0, -1),
    // if (to - signalBase) <u labels * 40
    ...[...offset, ...constant(layout.labels * SIGNAL_BYTES), 0x49, 0x04, 0x40],
    // if flags[(to - signalBase) >> 3]
    ...[...offset, ...constant(3), 0x76, 0x2d, 0x00, ...unsigned(layout.flagBase), 0x04, 0x40],
    // destinationSlot = to; showSharedRWMemory()
    ...[...constant(layout.destinationSlot), 0x20, 0x00, 0x36, 0x02, 0x00, 0x10, LOG_IMPORT],
    ...[0x0b, 0x0b, 0x0b],
  ];
}

function copyMany(copyOneIndex: number): number[] {
  const advance = (local: number): number[] => [
    0x20,
    local,
    ...constant(SIGNAL_BYTES),
    0x6a,
    0x21,
    local,
  ];
  return [
    0x00,
    ...[0x02, 0x40, 0x03, 0x40],
    ...[0x20, 0x02, 0x45, 0x0d, 0x01],
    ...[0x20, 0x00, 0x20, 0x01, 0x10, ...unsigned(copyOneIndex)],
    ...advance(0),
    ...advance(1),
    ...[0x20, 0x02, ...constant(1), 0x6b, 0x21, 0x02, 0x0c, 0x00],
    ...[0x0b, 0x0b, 0x0b],
  ];
}
