// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import type { Liquidation } from '../../../../prover/service/chain/chain-view.ts';
import { ShadowDesk } from '../../../../prover/service/submitter/shadow-desk.ts';

const opened = (account: number, tick: bigint): Liquidation => ({
  accountIndex: BigInt(account),
  settlementNonce: 0n,
  stage: 'open',
  opening: {
    accountIndex: BigInt(account),
    settlementNonce: 0n,
    beneficiary: `0x${'11'.repeat(20)}`,
    tick,
    equityE6: 40n,
    requirementE6: 100n,
    reservedE6: 0n,
    clockAtOpen: 0n,
    messageIndex: 0n,
  },
  openedIn: '0x',
});
const short = (...accounts: number[]) =>
  accounts.map((account) => ({ account, nonce: 0n, shortfallE6: 61n }));

describe('a service in the shadow', () => {
  const watch = () => {
    const lines: (readonly [string, object])[] = [];
    return { lines, desk: new ShadowDesk((what, about) => lines.push([what, about])) };
  };

  it('says once whom it would open, and compares its figures with those that were proven', () => {
    const { lines, desk } = watch();
    desk.look({ number: 1n, short: short(7) }, []);
    desk.look({ number: 2n, short: short(7) }, [opened(7, 2n)]);
    desk.look({ number: 2n, short: short(7) }, [opened(7, 2n)]);
    expect(lines.map(([what]) => what)).toEqual(['would open', 'opened by others too']);
    expect(lines[1]![1]).toMatchObject({
      tick: '2',
      tickHere: '1',
      shortfallE6: '60',
      shortfallHereE6: '61',
    });
    expect(desk.counts).toEqual({ decided: 1, agreed: 1, onlyTheirs: 0 });
  });

  it('agrees where an opening is seen at the same look as its tick', () => {
    const { desk } = watch();
    desk.look({ number: 1n, short: [] }, []);
    desk.look({ number: 2n, short: short(7) }, [opened(7, 2n)]);
    expect(desk.counts).toEqual({ decided: 1, agreed: 1, onlyTheirs: 0 });
  });

  it('names an opening that it saw no ground for, but none of before its first look', () => {
    const { lines, desk } = watch();
    desk.look({ number: 1n, short: short(1) }, [opened(1, 1n)]);
    desk.look({ number: 2n, short: short(1) }, [opened(1, 1n), opened(2, 2n)]);
    expect(lines.map(([what]) => what)).toEqual(['opened by others alone']);
    expect(desk.counts).toEqual({ decided: 0, agreed: 0, onlyTheirs: 1 });
  });
});
