// SPDX-License-Identifier: GPL-3.0-or-later
import type { TextPlace } from './errors.ts';
import { quoted } from './quoted.ts';

/** Why a text is not a document, and where. */
export class JsonFault extends Error {
  readonly rule: string;
  readonly place: TextPlace;

  constructor(rule: string, place: TextPlace) {
    super(rule);
    this.name = new.target.name;
    this.rule = rule;
    this.place = place;
  }
}

export interface JsonOptions {
  /** What a number literal becomes; by default the nearest double, as `JSON.parse` reads it. */
  readonly number?: (literal: string) => unknown;
  /** Reads `NaN`, `Infinity` and `-Infinity`, which Python writes, as these strings. */
  readonly nonFinite?: boolean;
}

/** No document of the project, or of an exchange, is nested half as deep. */
const MAX_DEPTH = 64;
/** Three times what a ledger of 100,000 accounts of 16 positions has; more would not fit in memory. */
const MAX_VALUES = 20_000_000;
/** Nor is there one with so many names; an object of millions takes a reader minutes. */
const MAX_KEYS = 10_000;

const BYTE_ORDER_MARK = 0xfeff;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const SIMPLE_ESCAPES = '"\\/bfnrt';
const WORDS: readonly (readonly [string, unknown])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
const WORDS_OF_PYTHON = [
  ...WORDS,
  ...['NaN', 'Infinity', '-Infinity'].map((word) => [word, word] as const),
];

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function placeAt(source: string, offset: number): TextPlace {
  let line = 1;
  let start = 0;
  for (
    let end = source.indexOf('\n');
    end !== -1 && end < offset;
    end = source.indexOf('\n', start)
  ) {
    line += 1;
    start = end + 1;
  }
  const mark = line === 1 && source.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  return { line, column: offset - start - mark + 1 };
}

/**
 * Reads a text by the grammar of RFC 8259 and nothing beyond it. `sought`: the path of a value whose
 * place is wanted. Recursion is as deep as the nesting that is allowed.
 */
class Reader {
  readonly #source: string;
  readonly #options: JsonOptions;
  readonly #sought: readonly PropertyKey[] | undefined;
  #at = 0;
  #values = 0;
  /** Offset of the sought value, or of the innermost part that would hold it. */
  soughtAt = 0;
  soughtDepth = -1;

  constructor(source: string, options: JsonOptions, sought?: readonly PropertyKey[]) {
    this.#source = source;
    this.#options = options;
    this.#sought = sought;
  }

  document(): unknown {
    if (this.#source.charCodeAt(0) === BYTE_ORDER_MARK) this.#at = 1;
    this.#skipBlanks();
    const value = this.#value(0, true);
    this.#skipBlanks();
    if (this.#at < this.#source.length) this.#fail('has more after its end');
    return value;
  }

  #fail(rule: string, offset = this.#at): never {
    throw new JsonFault(rule, placeAt(this.#source, offset));
  }

  #unexpected(expected: string): never {
    if (this.#at >= this.#source.length)
      this.#fail(`is not complete, valid JSON: ${expected} is missing`);
    const found = quoted(String.fromCodePoint(this.#source.codePointAt(this.#at)!));
    return this.#fail(`is not complete, valid JSON: ${expected} must stand here, not "${found}"`);
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#source.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at += 1;
    }
  }

  /** `onPath`: every key and index so far was the sought one. */
  #value(depth: number, onPath: boolean): unknown {
    if (onPath && this.#sought !== undefined && depth > this.soughtDepth) {
      this.soughtDepth = depth;
      this.soughtAt = this.#at;
    }
    this.#values += 1;
    if (this.#values > MAX_VALUES) this.#fail(`has more than ${MAX_VALUES} values`);
    const code = this.#source.charCodeAt(this.#at);
    if (code === QUOTE) return this.#string();
    if (code === OPEN_BRACE) return this.#object(depth, onPath);
    if (code === OPEN_BRACKET) return this.#list(depth, onPath);
    if (isDigit(code)) return this.#number();
    for (const [word, value] of this.#options.nonFinite === true ? WORDS_OF_PYTHON : WORDS) {
      if (!this.#source.startsWith(word, this.#at)) continue;
      this.#at += word.length;
      return value;
    }
    if (code === MINUS) return this.#number();
    return this.#unexpected('a value');
  }

  #enter(depth: number): void {
    if (depth >= MAX_DEPTH) this.#fail(`is nested deeper than ${MAX_DEPTH} levels`);
    this.#at += 1;
    this.#skipBlanks();
  }

  /** Whether another entry follows; otherwise the closing bracket was read. */
  #continues(close: string): boolean {
    this.#skipBlanks();
    const character = this.#source[this.#at];
    if (character !== ',' && character !== close) this.#unexpected(`"," or "${close}"`);
    this.#at += 1;
    this.#skipBlanks();
    return character === ',';
  }

  #object(depth: number, onPath: boolean): unknown {
    this.#enter(depth);
    const object: Record<string, unknown> = {};
    if (this.#source[this.#at] === '}') {
      this.#at += 1;
      return object;
    }
    let keys = 0;
    do {
      if (this.#source.charCodeAt(this.#at) !== QUOTE) this.#unexpected('a key in quotes');
      const start = this.#at;
      const key = this.#string();
      if (Object.hasOwn(object, key)) this.#fail(`has the key "${quoted(key)}" twice`, start);
      // Assigned, it would be no field but the object's prototype, whose fields pass for its own.
      if (key === '__proto__') this.#fail('has the key "__proto__"', start);
      keys += 1;
      if (keys > MAX_KEYS) this.#fail(`has an object of more than ${MAX_KEYS} keys`, start);
      this.#skipBlanks();
      if (this.#source[this.#at] !== ':') this.#unexpected('":"');
      this.#at += 1;
      this.#skipBlanks();
      object[key] = this.#value(depth + 1, onPath && this.#sought?.[depth] === key);
    } while (this.#continues('}'));
    return object;
  }

  #list(depth: number, onPath: boolean): unknown {
    this.#enter(depth);
    const list: unknown[] = [];
    if (this.#source[this.#at] === ']') {
      this.#at += 1;
      return list;
    }
    do list.push(this.#value(depth + 1, onPath && this.#sought?.[depth] === list.length));
    while (this.#continues(']'));
    return list;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    for (this.#at += 1; ; this.#at += 1) {
      const code = this.#source.charCodeAt(this.#at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        escaped = true;
        this.#escape();
      } else if (code < 0x20) {
        this.#fail('is not complete, valid JSON: a control character in a string must be escaped');
      } else if (Number.isNaN(code)) {
        this.#fail('is not complete, valid JSON: a string has no end', start);
      }
    }
    this.#at += 1;
    if (!escaped) return this.#source.slice(start + 1, this.#at - 1);
    const text = JSON.parse(this.#source.slice(start, this.#at)) as string;
    // Half a surrogate pair has no UTF-8, so no hash of what it stands in is defined.
    if (!text.isWellFormed()) this.#fail('has half a character (a lone surrogate)', start);
    return text;
  }

  /** Leaves the position on the last character of the escape. */
  #escape(): void {
    const letter = this.#source[this.#at + 1] ?? '';
    if (letter === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(this.#source.slice(this.#at + 2, this.#at + 6))) {
        this.#fail('is not complete, valid JSON: "\\u" takes four hexadecimal digits');
      }
      this.#at += 5;
    } else {
      if (letter === '' || !SIMPLE_ESCAPES.includes(letter)) {
        this.#fail(`is not complete, valid JSON: there is no escape "\\${quoted(letter)}"`);
      }
      this.#at += 1;
    }
  }

  #digits(): void {
    if (!isDigit(this.#source.charCodeAt(this.#at))) this.#unexpected('a digit');
    while (isDigit(this.#source.charCodeAt(this.#at))) this.#at += 1;
  }

  #number(): unknown {
    const start = this.#at;
    if (this.#source[this.#at] === '-') this.#at += 1;
    if (this.#source[this.#at] === '0') this.#at += 1;
    else this.#digits();
    if (this.#source[this.#at] === '.') {
      this.#at += 1;
      this.#digits();
    }
    if (this.#source[this.#at] === 'e' || this.#source[this.#at] === 'E') {
      this.#at += 1;
      if (this.#source[this.#at] === '+' || this.#source[this.#at] === '-') this.#at += 1;
      this.#digits();
    }
    const literal = this.#source.slice(start, this.#at);
    return this.#options.number === undefined ? Number(literal) : this.#options.number(literal);
  }
}

/**
 * The value a JSON text spells. Unlike `JSON.parse` it refuses a key that is there twice (readers
 * disagree which one counts), bounds nesting and size, and says where a text goes wrong. A byte-order
 * mark is read over. Throws `JsonFault`.
 */
export function readJson(source: string, options: JsonOptions = {}): unknown {
  return new Reader(source, options).document();
}

/**
 * Where the value at `path` stands in a text that `readJson` reads, or else what should hold it;
 * `undefined` where not even the first step of the path is there.
 */
export function placeOf(source: string, path: readonly PropertyKey[]): TextPlace | undefined {
  const reader = new Reader(source, {}, path);
  reader.document();
  return reader.soughtDepth > 0 ? placeAt(source, reader.soughtAt) : undefined;
}
