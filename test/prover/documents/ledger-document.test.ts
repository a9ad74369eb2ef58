// SPDX-License-Identifier: GPL-3.0-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { formatLedger, parseLedger } from '../../../prover/documents/ledger-document.ts';
import { anyAccount } from '../../support/venue.ts';

const OWNER = '0x00000000000000000000000000000000000000a1';

function call(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    underlying: 'BTC',
    kind: 'call',
    expiry: 1_772_000_000,
    strikeE4: '700000000',
    lots: '-100',
    ...overrides,
  };
}

function account(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    owner: OWNER,
    settlementNonce: 0,
    frozen: false,
    riskReducingOnly: false,
    balances: { USDC: '-5000000', BTC: '100000000', ETH: '0', stETH: '0' },
    positions: [call(), call({ strikeE4: '800000000', lots: '100' })],
    ...overrides,
  };
}

function ledgerText(...accounts: Record<string, unknown>[]): string {
  return JSON.stringify({ format: 'plimsoll.ledger', version: 2, accounts });
}

/** The last of five accounts is the given one: an error must name its place. */
function fifth(overrides: Record<string, unknown>): string {
  return ledgerText(account(), account(), account(), account(), account(overrides));
}

function withBalance(asset: string, value: unknown): string {
  return fifth({ balances: { USDC: '0', BTC: '0', ETH: '0', stETH: '0', [asset]: value } });
}

const perpetual = { kind: 'perpetual', expiry: 0, strikeE4: '0' };

describe('ledger document', () => {
  it('reads what it writes, for any account', () => {
    fc.assert(
      fc.property(fc.array(anyAccount(), { maxLength: 3 }), (accounts) => {
        expect(parseLedger(formatLedger(accounts))).toEqual(accounts);
      }),
      { numRuns: 20 },
    );
  });

  it('reads version 1 as a ledger without a state bit, and takes none there', () => {
    const bare = (overrides: Record<string, unknown> = {}): string => {
      const { frozen: _frozen, riskReducingOnly: _reserved, ...first } = account();
      return JSON.stringify({
        format: 'plimsoll.ledger',
        version: 1,
        accounts: [{ ...first, ...overrides }],
      });
    };
    expect(parseLedger(bare())).toEqual(parseLedger(ledgerText(account())));
    expect(() => parseLedger(bare({ frozen: false }))).toThrow('accounts[0].frozen: unknown field');
  });

  const refusals: readonly (readonly [name: string, text: string, message: string])[] = [
    [
      'a truncated file',
      ledgerText(account()).slice(0, -9),
      'ledger: is not complete, valid JSON: a string has no end',
    ],
    ['a state bit missing', fifth({ frozen: undefined }), 'accounts[4].frozen: is required'],
    [
      'a state bit in digits',
      fifth({ riskReducingOnly: 1 }),
      'accounts[4].riskReducingOnly: must be true or false',
    ],
    ['an empty file', '', 'ledger: is not complete, valid JSON: a value is missing'],
    [
      'NaN',
      fifth({ settlementNonce: 0 }).replace('"settlementNonce":0', '"settlementNonce":NaN'),
      'ledger: is not complete, valid JSON: a value must stand here, not "N"',
    ],
    ['a list in place of the document', '[]', 'ledger: must be an object'],
    [
      'another format',
      '{"format":"x","version":1,"accounts":[]}',
      'format: must be "plimsoll.ledger"',
    ],
    [
      'a later version',
      '{"format":"plimsoll.ledger","version":3,"accounts":[]}',
      'version: must be 2',
    ],
    ['missing accounts', '{"format":"plimsoll.ledger","version":1}', 'accounts: is required'],
    ['an unknown field', fifth({ colour: 'red' }), 'accounts[4].colour: unknown field'],
    ['a missing owner', fifth({ owner: undefined }), 'accounts[4].owner: is required'],
    [
      'a short owner',
      fifth({ owner: '0xa1' }),
      'accounts[4].owner: must be a 20-byte address in lower-case hex',
    ],
    [
      'an owner in capitals',
      fifth({ owner: OWNER.toUpperCase().replace('X', 'x') }),
      'accounts[4].owner: must be a 20-byte address in lower-case hex',
    ],
    [
      'a negative nonce',
      fifth({ settlementNonce: -1 }),
      'accounts[4].settlementNonce: must be at least 0',
    ],
    [
      'a nonce of 33 bits',
      fifth({ settlementNonce: 2 ** 32 }),
      'accounts[4].settlementNonce: must be at most 4294967295',
    ],
    [
      'a fractional nonce',
      fifth({ settlementNonce: 0.5 }),
      'accounts[4].settlementNonce: must be an integer without leading zeros, fraction, exponent or "-0"',
    ],
    [
      'a nonce with an exponent',
      fifth({ settlementNonce: 77 }).replace(':77', ':1e1'),
      'accounts[4].settlementNonce: must be an integer without leading zeros, fraction, exponent or "-0"',
    ],
    [
      'a nonce of -0',
      fifth({ settlementNonce: 77 }).replace(':77', ':-0'),
      'accounts[4].settlementNonce: must be an integer without leading zeros, fraction, exponent or "-0"',
    ],
    [
      'a missing balance',
      fifth({ balances: { USDC: '0', BTC: '0', ETH: '0' } }),
      'accounts[4].balances.stETH: is required',
    ],
    ['an unknown asset', withBalance('DOGE', '1'), 'accounts[4].balances.DOGE: unknown field'],
    [
      'a negative coin balance',
      withBalance('BTC', '-1'),
      'accounts[4].balances.BTC: must be at least 0',
    ],
    [
      'a coin balance of 57 bits',
      withBalance('ETH', '72057594037927936'),
      'accounts[4].balances.ETH: must be at most 72057594037927935',
    ],
    [
      'a quote balance below the range',
      withBalance('USDC', '-9223372036854775809'),
      'accounts[4].balances.USDC: must be at least -9223372036854775808',
    ],
    [
      'a balance as a number',
      withBalance('USDC', 5),
      'accounts[4].balances.USDC: must be a canonical decimal string (no leading zeros, "+", "-0" or exponent)',
    ],
    ...['007', '+7', '-0', '1e6', '1.0', ' 7', '7 ', '0x7', '', 'NaN', 'Infinity', '٧'].map(
      (value) =>
        [
          `a balance spelt ${JSON.stringify(value)}`,
          withBalance('USDC', value),
          'accounts[4].balances.USDC: must be a canonical decimal string (no leading zeros, "+", "-0" or exponent)',
        ] as const,
    ),
    [
      'an unknown underlying',
      fifth({ positions: [call({ underlying: 'DOGE' })] }),
      'accounts[4].positions[0].underlying: must be one of BTC, ETH',
    ],
    [
      'an unknown kind',
      fifth({ positions: [call({ kind: 'swap' })] }),
      'accounts[4].positions[0].kind: must be one of perpetual, future, call, put',
    ],
    [
      'a missing expiry',
      fifth({ positions: [call({ expiry: undefined })] }),
      'accounts[4].positions[0].expiry: is required',
    ],
    [
      'an option strike of 0',
      fifth({ positions: [call(), call({ strikeE4: '0' })] }),
      'accounts[4].positions[1].strikeE4: must be at least 1',
    ],
    [
      'a strike of 41 bits',
      fifth({ positions: [call({ strikeE4: '1099511627776' })] }),
      'accounts[4].positions[0].strikeE4: must be at most 1099511627775',
    ],
    [
      'an option expiry of 0',
      fifth({ positions: [call({ expiry: 0 })] }),
      'accounts[4].positions[0].expiry: must be at least 1 for a call',
    ],
    [
      'a perpetual with an expiry',
      fifth({ positions: [call({ ...perpetual, expiry: 5 })] }),
      'accounts[4].positions[0].expiry: must be 0 for a perpetual',
    ],
    [
      'a perpetual with a strike',
      fifth({ positions: [call({ ...perpetual, strikeE4: '5' })] }),
      'accounts[4].positions[0].strikeE4: must be 0 for a perpetual',
    ],
    [
      'a future with a strike',
      fifth({ positions: [call({ kind: 'future' })] }),
      'accounts[4].positions[0].strikeE4: must be 0 for a future',
    ],
    [
      'no lots',
      fifth({ positions: [call({ lots: '0' })] }),
      'accounts[4].positions[0].lots: must not be 0',
    ],
    [
      'lots above the range',
      fifth({ positions: [call({ lots: '67108864' })] }),
      'accounts[4].positions[0].lots: must be at most 67108863',
    ],
    [
      'lots below the range',
      fifth({ positions: [call({ lots: '-67108865' })] }),
      'accounts[4].positions[0].lots: must be at least -67108864',
    ],
    [
      'the same instrument twice',
      fifth({ positions: [call(), call()] }),
      'accounts[4].positions[1]: holds the instrument of the position before it',
    ],
    [
      'positions out of order',
      fifth({ positions: [call(), call({ strikeE4: '1' })] }),
      'accounts[4].positions[1]: must come after the position before it (order: underlying, kind, expiry, strike)',
    ],
    [
      '65 positions',
      fifth({
        positions: Array.from({ length: 65 }, (_, index) => call({ strikeE4: `${index + 1}` })),
      }),
      'accounts[4].positions: must have at most 64 entries, has 65',
    ],
  ];

  it.each(refusals)('refuses %s', (_name, text, message) => {
    expect(() => parseLedger(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT', message }),
    );
  });

  it('accepts 64 positions, the whole ranges and an empty ledger', () => {
    const positions = Array.from({ length: 64 }, (_, index) => call({ strikeE4: `${index + 1}` }));
    const [parsed] = parseLedger(ledgerText(account({ positions })));
    expect(parsed?.positions).toHaveLength(64);
    expect(parseLedger(withBalance('USDC', '-9223372036854775808'))).toHaveLength(5);
    expect(parseLedger(ledgerText())).toEqual([]);
  });
});
