// SPDX-License-Identifier: GPL-3.0-or-later
import { MAX_POSITIONS } from './account-columns.ts';
import { COLUMN, ROW, SCENARIOS, type TickArrays } from './tick-arrays.ts';
import type { ScenarioConstants, TickConstants } from './tick-constants.ts';
import { moduleOf, op, TYPE, type Code } from './wasm.ts';

const DOUBLE = 8;
const PAIR = 2 * DOUBLE;
const PAGE = 65_536;

/** A position as the kernel reads it: lots, what its group leaves uncovered, and where its row starts. */
export const ENTRY = { doubles: 3, lots: 0, uncovered: 1, rowInt32: 4 } as const;
const ENTRY_BYTES = ENTRY.doubles * DOUBLE;

/**
 * What the kernel leaves behind, as places in doubles: losses of ids 1…32, sums, the largest loss of the least damped,
 * or 0 where all of them gain, and the place in losses of the first that it is of.
 */
export const SUM = {
  losses: 0,
  mark: 32,
  dollarDelta: 33,
  future: 34,
  perpetual: 35,
  uncovered: 36,
  doubt: 37,
  best: 38,
  bestAt: 39,
} as const;
const SUMS = SUM.bestAt + 1;

/** Of one underlying: what collateral loses by scenario, then which scenarios are the least damped. */
const TABLE = 2 * SCENARIOS;

const ENTRIES_AT = SUMS * DOUBLE;
const TABLES_AT = ENTRIES_AT + MAX_POSITIONS * ENTRY_BYTES;
const ROWS_AT = TABLES_AT + 2 * TABLE * DOUBLE;

type Five<T> = [T, T, T, T, T];
type Six<T> = [...Five<T>, T];
const PARAMETERS = [TYPE.i32, TYPE.f64, TYPE.f64, TYPE.f64, TYPE.i32] as const;
const SCALARS = [TYPE.i32, TYPE.i32, TYPE.f64, TYPE.f64, TYPE.f64, TYPE.i32] as const;
const VECTORS = Array.from({ length: 11 }, () => TYPE.v128);

/**
 * One underlying of one account: every sum over its positions, what collateral loses, and the largest
 * loss of the least damped scenarios. Two doubles at a time; every operand and result is an integer
 * below 2⁵³ where an account is narrow (docs/array-margin.md), so that no order of the sums differs.
 */
function assemble(): Uint8Array<ArrayBuffer> {
  const [end, gross, shockHigh, shockLow, table] = PARAMETERS.map((_, i) =>
    op.get(i),
  ) as Five<Code>;
  const [entryAt, rowAt, lotsAt, doubtAt, uncoveredAt, foundAt] = SCALARS.map(
    (_, i) => PARAMETERS.length + i,
  ) as Six<number>;
  const [entry, row, lots, doubt, uncovered, found] = SCALARS.map((_, i) =>
    op.get(PARAMETERS.length + i),
  ) as Six<Code>;
  const [held, high, low, ...sums] = VECTORS.map(
    (_, i) => PARAMETERS.length + SCALARS.length + i,
  ) as [number, number, number, ...number[]];
  const none = op.i32(0);
  const zero = op.splat(op.f64(0));
  const positions = (body: Code): Code => [
    ...op.set(entryAt, op.i32(ENTRIES_AT)),
    ...op.whileTrue(op.i32Below(entry, end), [
      ...op.set(rowAt, op.i32Load(entry, ENTRY.rowInt32 * 4)),
      ...body,
      ...op.set(entryAt, op.i32Add(entry, op.i32(ENTRY_BYTES))),
    ]),
  ];
  /** local += factor · what stands at `offset` of the row. */
  const accumulate = (local: number, factor: Code, offset: number): Code =>
    op.set(local, op.add(op.get(local), op.mul(factor, op.load(row, offset))));

  // Eight pairs stay in registers.
  const losses = (first: number): Code => [
    ...sums.flatMap((local) => op.set(local, op.splat(gross))),
    ...positions([
      ...op.set(held, op.splat(op.f64Load(entry, ENTRY.lots * DOUBLE))),
      ...sums.flatMap((local, i) => accumulate(local, op.get(held), (first + 2 * i) * DOUBLE)),
    ]),
    // Most have no collateral of an underlying, which loses nothing then.
    ...op.ifElse(
      op.f64Equal(op.f64Add(op.f64Abs(shockHigh), shockLow), op.f64(0)),
      sums.flatMap((local, i) =>
        op.store(none, SUM.losses * DOUBLE + (first + 2 * i) * DOUBLE, op.get(local)),
      ),
      sums.flatMap((local, i) => {
        const place = (first + 2 * i) * DOUBLE;
        const fall = op.load(table, place);
        const fraction = op.mul(op.mul(op.get(low), fall), op.splat(op.f64(2 ** -24)));
        const shocked = op.add(op.mul(op.get(high), fall), op.floor(fraction));
        return op.store(none, SUM.losses * DOUBLE + place, op.add(op.get(local), shocked));
      }),
    ),
  ];

  const [marks, futures] = [sums[0]!, sums[1]!];
  const others: Code = [
    ...op.set(marks, zero),
    ...op.set(futures, zero),
    ...op.set(uncoveredAt, op.f64(0)),
    ...op.set(doubtAt, op.f64(0)),
    ...positions([
      ...op.set(lotsAt, op.f64Load(entry, ENTRY.lots * DOUBLE)),
      ...accumulate(marks, op.splat(lots), COLUMN.mark * DOUBLE),
      ...accumulate(futures, op.splat(op.f64Abs(lots)), COLUMN.future * DOUBLE),
      ...op.set(
        uncoveredAt,
        op.f64Add(
          uncovered,
          op.f64Mul(
            op.f64Load(entry, ENTRY.uncovered * DOUBLE),
            op.f64Load(row, COLUMN.option * DOUBLE),
          ),
        ),
      ),
      // A long's doubt is one column, a short's the next: lots below 0 is 0 or 1.
      ...op.set(
        doubtAt,
        op.f64Add(
          doubt,
          op.f64Mul(
            op.f64Abs(lots),
            op.f64Load(
              op.i32Add(row, op.i32ShiftLeft(op.f64Below(lots, op.f64(0)), op.i32(3))),
              COLUMN.longDoubt * DOUBLE,
            ),
          ),
        ),
      ),
    ]),
    ...op.store(none, SUM.mark * DOUBLE, op.get(marks)),
    ...op.store(none, SUM.future * DOUBLE, op.get(futures)),
    ...op.f64Store(none, SUM.uncovered * DOUBLE, uncovered),
    ...op.f64Store(none, SUM.doubt * DOUBLE, doubt),
  ];
  // Four chains, so that no comparison waits for the last; nothing loses less than id 0, which is 0.
  const chains = sums.slice(0, 4);
  const [a, b, c, d] = chains.map((local) => op.get(local)) as [Code, Code, Code, Code];
  /** What a pair of scenarios loses where it is among the least damped, else 0. */
  const leastDamped = (pair: number): Code =>
    op.and(
      op.load(none, SUM.losses * DOUBLE + pair * PAIR),
      op.load(table, SCENARIOS * DOUBLE + pair * PAIR),
    );
  const pairs = Array.from({ length: SCENARIOS / 2 }, (_, pair) => pair);
  const best = op.get(lotsAt);
  const largest: Code = [
    ...chains.flatMap((local) => op.set(local, zero)),
    ...pairs.flatMap((pair) => {
      const local = chains[pair % chains.length]!;
      return op.set(local, op.max(op.get(local), leastDamped(pair)));
    }),
    ...op.set(held, op.max(op.max(a, b), op.max(c, d))),
    ...op.set(lotsAt, op.f64Max(op.lane(op.get(held), 0), op.lane(op.get(held), 1))),
    ...op.f64Store(none, SUM.best * DOUBLE, best),
    // A bit a scenario: no branch depends on which it is.
    ...op.set(held, op.splat(best)),
    ...op.set(foundAt, op.i32(0)),
    ...pairs.flatMap((pair) => {
      const equal = op.equalLanes(leastDamped(pair), op.get(held));
      return op.set(foundAt, op.i32Or(found, op.i32ShiftLeft(equal, op.i32(2 * pair))));
    }),
    ...op.f64Store(none, SUM.bestAt * DOUBLE, op.f64OfI32(op.i32TrailingZeros(found))),
  ];
  const body = [
    ...op.set(high, op.splat(shockHigh)),
    ...op.set(low, op.splat(shockLow)),
    ...losses(0),
    ...losses(SCENARIOS / 2),
    ...others,
    ...largest,
  ];
  return moduleOf(PARAMETERS, [...SCALARS, ...VECTORS], body);
}

type Run = (end: number, gross: number, shockHigh: number, shockLow: number, table: number) => void;

/** The kernel with the rows of one tick in its memory. */
export class SegmentKernel {
  readonly #memory = new WebAssembly.Memory({ initial: Math.ceil(ROWS_AT / PAGE) });
  readonly #run: Run;
  #loaded: Float64Array | undefined;
  #rows = 0;
  /** Where to write positions, and what `sum` found; new after `load`. */
  entries = new Float64Array(0);
  entriesInt32 = new Int32Array(0);
  sums = new Float64Array(0);

  constructor() {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(assemble()), {
      m: { m: this.#memory },
    });
    this.#run = instance.exports.run as Run;
  }

  /** Takes over a tick, or the instruments it has gained. */
  load({ rows, arrays }: TickArrays, { scenarios }: TickConstants): void {
    const count = arrays.length;
    if (this.#loaded === rows && this.#rows === count) return;
    const missing = ROWS_AT + count * ROW * DOUBLE - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE));
    const { buffer } = this.#memory;
    this.entries = new Float64Array(buffer, ENTRIES_AT, MAX_POSITIONS * ENTRY.doubles);
    this.entriesInt32 = new Int32Array(buffer, ENTRIES_AT, 2 * this.entries.length);
    this.sums = new Float64Array(buffer, 0, SUMS);
    const copied = new Float64Array(buffer, ROWS_AT, count * ROW);
    copied.set(rows.subarray(0, copied.length));
    for (const u of [0, 1] as const) this.#fillTable(u, scenarios[u]);
    this.#loaded = rows;
    this.#rows = count;
  }

  #fillTable(u: 0 | 1, { fallQ24, dampingQ16, leastDampedQ16 }: ScenarioConstants): void {
    const start = TABLES_AT + u * TABLE * DOUBLE;
    new Float64Array(this.#memory.buffer, start, SCENARIOS).set(fallQ24);
    const masks = new BigInt64Array(this.#memory.buffer, start + SCENARIOS * DOUBLE, SCENARIOS);
    for (let s = 0; s < SCENARIOS; s += 1) masks[s] = dampingQ16[s] === leastDampedQ16 ? -1n : 0n;
  }

  /** Address of an instrument's row, for `entriesInt32`. */
  rowAt(instrument: number): number {
    return ROWS_AT + instrument * ROW * DOUBLE;
  }

  /**
   * Sums the first `count` of `entries` into `sums`: losses of an underlying of `gross` lots whose
   * collateral is `shock`.
   */
  sum(u: number, count: number, gross: number, shock: number): void {
    const high = Math.floor(shock / 0x4000000);
    const low = shock - high * 0x4000000;
    const table = TABLES_AT + u * TABLE * DOUBLE;
    this.#run(ENTRIES_AT + count * ENTRY_BYTES, gross, 4 * high, low, table);
  }
}

let kernel: SegmentKernel | undefined;

/** The kernel of this thread: its address space is large, and nothing is kept in it between accounts but a tick. */
export function segmentKernel(): SegmentKernel {
  kernel ??= new SegmentKernel();
  return kernel;
}
