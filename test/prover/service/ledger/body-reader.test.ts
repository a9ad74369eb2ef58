// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { instrumentKey } from '../../../../prover/commitments/instrument.ts';
import { InvalidInput } from '../../../../prover/core/errors.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { readWholeLedger } from '../../../../prover/service/ledger/body-reader.ts';
import { WholeLedger } from '../../../../prover/service/ledger/whole-ledger.ts';

const accounts = loadSample().ledgers.crash;
const body = `{"sequence":3,"root":"7","ledger":${formatLedger(accounts)}}`;

/** In pieces that cut characters and numbers. */
async function* pieces(text: string | Buffer, size = 9_999): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const SMALL = 2 ** 30;
const LARGE = 1_000;

async function refusalOf(text: string | Buffer, largeBytes: number): Promise<unknown> {
  try {
    const read = await readWholeLedger(pieces(text), largeBytes);
    await WholeLedger.of(read);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    const { code, field, rule } = error;
    return { code, field, rule };
  }
  throw new Error('it was taken');
}

describe('the body of a whole ledger', () => {
  it('is the same ledger whether it is read here or in a thread', async () => {
    const here = await WholeLedger.of(await readWholeLedger(pieces(body), SMALL));
    const there = await readWholeLedger(pieces(body), LARGE);
    expect(there).toBeInstanceOf(WholeLedger);
    expect(there).toEqual(here);
    expect(here.accounts).toEqual(accounts);
  });

  it('has one object of an instrument, from whichever lot it came', async () => {
    const { accounts: read, instruments } = (await readWholeLedger(
      pieces(body),
      LARGE,
    )) as WholeLedger;
    const held = read.flatMap(({ positions }) => positions.map(({ instrument }) => instrument));
    expect(new Set(held).size).toBe(new Set(held.map(instrumentKey)).size);
    for (const instrument of held) {
      expect(instruments.get(instrumentKey(instrument))).toBe(instrument);
    }
  });

  it.each([
    ['an account that breaks a rule', body.replace('"settlementNonce":0', '"settlementNonce":-1')],
    ['a number in another spelling', body.replace('"sequence":3', '"sequence":3.0')],
    ['a key that stands there twice', body.replace('"root"', '"sequence":3,"root"')],
    ['a field that nobody knows', body.replace('"root"', '"more":1,"root"')],
    ['an end that is missing', body.slice(0, -10)],
  ])('with %s is refused in the words of a small one', async (_, text) => {
    const there = await refusalOf(text, LARGE);
    expect(there).toMatchObject({ code: 'INVALID_INPUT' });
    expect(there).toEqual(await refusalOf(text, SMALL));
  });

  it('must be UTF-8', async () => {
    const broken = Buffer.concat([Buffer.from(body.slice(0, 5_000)), Buffer.from([0xff, 0xfe])]);
    expect(await refusalOf(broken, LARGE)).toEqual({
      code: 'INVALID_INPUT',
      field: 'body',
      rule: 'must be text in UTF-8',
    });
  });
});
