// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { AuditMemory, cachedNote } from '../../../prover/audit/memory.ts';

let folder: string;
let made: number;
const make = async (): Promise<number> => (made += 1);
const ask = (memory: AuditMemory, inputs: unknown = ['sources', 1n]) =>
  memory.kept('r1cs', inputs, z.number(), make);

beforeEach(() => {
  made = 0;
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-memory-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('what an audit keeps', () => {
  it('is made once, and told as cached by the next audit alone', async () => {
    const first = new AuditMemory(folder);
    expect(await ask(first)).toEqual({ value: 1 });
    expect(cachedNote(await ask(first))).toBe('');
    const found = await ask(new AuditMemory(folder));
    expect(found).toEqual({ value: 1, from: expect.stringMatching(/^[0-9a-f]{64}$/) as string });
    expect(cachedNote(found)).toBe(`, cached from inputs ${found.from!.slice(0, 16)}…`);
    expect(made).toBe(1);
  });

  it('is made anew of other inputs, and without a folder', async () => {
    await ask(new AuditMemory(folder));
    expect(await ask(new AuditMemory(folder), ['sources', 2n])).toEqual({ value: 2 });
    expect(await new AuditMemory(folder).kept('key', ['sources', 1n], z.number(), make)).toEqual({
      value: 3,
    });
    expect(await ask(new AuditMemory())).toEqual({ value: 4 });
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -9)],
    ['of another value', (text: string) => text.replace('"value":1', '"value":7')],
    ['of other inputs', (text: string) => text.replace(/"inputs":"./, '"inputs":"_')],
  ])('is made anew where its file is %s', async (_what, spoil) => {
    await ask(new AuditMemory(folder));
    const path = join(folder, readdirSync(folder)[0]!);
    const spoilt = spoil(readFileSync(path, 'utf8'));
    expect(spoilt).not.toBe(readFileSync(path, 'utf8'));
    writeFileSync(path, spoilt);
    expect(await ask(new AuditMemory(folder))).toEqual({ value: 2 });
  });

  it('is another of another object, however alike', async () => {
    const memory = new AuditMemory();
    const [one, alike] = [{ folder }, { folder }];
    expect([await memory.once(one, make), await memory.once(one, make)]).toEqual([1, 1]);
    expect(await memory.once(alike, make)).toBe(2);
  });

  it('is not a failure', async () => {
    const memory = new AuditMemory(folder);
    const fail = (): Promise<number> => Promise.reject(new Error('no compiler'));
    await expect(memory.kept('r1cs', 1, z.number(), fail)).rejects.toThrow('no compiler');
    expect(readdirSync(folder)).toEqual([]);
    expect(await memory.kept('r1cs', 1, z.number(), make)).toEqual({ value: 1 });
  });
});
