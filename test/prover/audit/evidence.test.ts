// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  FolderCheckout,
  formatExport,
  parseExport,
  recording,
  replaying,
  type Answers,
} from '../../../prover/audit/evidence.ts';
import { AuditMemory } from '../../../prover/audit/memory.ts';
import { Verdicts, demand, given, unchecked } from '../../../prover/audit/verdict.ts';
import { InvalidInput } from '../../../prover/core/errors.ts';
import { sha256 } from '../../../prover/core/hash.ts';

describe('an exported chain', () => {
  it('answers what the node was asked, and nothing else', async () => {
    const asked: string[] = [];
    const answers: Answers = new Map();
    const rpc = recording(async (method, params) => {
      asked.push(method);
      return { method, params };
    }, answers);
    await rpc('eth_getCode', ['0xab', '0x1']);
    await rpc('eth_getCode', ['0xab', '0x1']);
    expect(asked).toEqual(['eth_getCode']);

    const text = formatExport({ fromBlock: 1, toBlock: 2, venue: '{}', answers });
    const read = parseExport(text, 'export.json');
    expect(read).toEqual({ fromBlock: 1, toBlock: 2, venue: '{}', answers });
    const offline = replaying(read.answers);
    expect(await offline('eth_getCode', ['0xab', '0x1'])).toEqual({
      method: 'eth_getCode',
      params: ['0xab', '0x1'],
    });
    expect(() => offline('eth_getCode', ['0xab', '0x2'])).toThrow(/not in the exported data/);
  });

  it('is refused with the field named', () => {
    expect(() => parseExport('{"format":"other"}', 'export.json')).toThrow(
      /plimsoll\.audit-export/,
    );
    const backwards = formatExport({ fromBlock: 3, toBlock: 2, venue: '', answers: new Map() });
    expect(() => parseExport(backwards, 'export.json')).toThrow(/toBlock/);
  });
});

describe('a checkout that is audited', () => {
  it('shows changed files in their place, with their own digest', () => {
    const root = mkdtempSync(join(tmpdir(), 'plimsoll-audit-'));
    try {
      writeFileSync(join(root, 'a'), 'one');
      const checkout = new FolderCheckout(root);
      expect(checkout.digest('a')).toBe(sha256('one'));
      expect(checkout.digest('missing')).toBeUndefined();
      const changed = checkout.changed(new Map([['a', new TextEncoder().encode('two')]]));
      expect(changed.digest('a')).toBe(sha256('two'));
      expect(checkout.digest('a')).toBe(sha256('one'));
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

describe('verdicts', () => {
  it('tell what holds, what fails and what could not be checked', async () => {
    const verdicts = new Verdicts(['roles']);
    await verdicts.judge('ledger', 'a', () => 'fine');
    await verdicts.judge('ledger', 'b', () => {
      demand(false, 'another root');
      return '';
    });
    await verdicts.judge('ledger', 'c', () => unchecked('blobs are gone'));
    await verdicts.judge('ledger', 'd', () => given<string>(undefined, 'nothing there'));
    await verdicts.judge('ledger', 'e', () => {
      throw new InvalidInput('root', 'must be a number');
    });
    await verdicts.judge('roles', 'left out', () => 'fine');
    expect(verdicts.list.map(({ subject, outcome }) => [subject, outcome])).toEqual([
      ['a', 'holds'],
      ['b', 'fails'],
      ['c', 'unchecked'],
      ['d', 'unchecked'],
      ['e', 'fails'],
    ]);
  });

  it('do not swallow what is a fault of the program', async () => {
    const verdicts = new Verdicts();
    const fault = new RangeError('a defect');
    await expect(
      verdicts.judge('ledger', 'a', () => {
        throw fault;
      }),
    ).rejects.toBe(fault);
  });
});

describe('what an audit remembers', () => {
  it('is a result, never a failure', async () => {
    const memory = new AuditMemory();
    let made = 0;
    const work = async (): Promise<number> => (made += 1);
    expect(await memory.once('a', work)).toBe(1);
    expect(await memory.once('a', work)).toBe(1);
    await expect(memory.once('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await memory.once('b', work)).toBe(2);
  });
});
