// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import type { Fees } from '../../../../prover/service/submitter/fees.ts';
import { StepSender } from '../../../../prover/service/submitter/step-sender.ts';

/** A node that asks so much, and keeps what it is sent without ever mining it. */
function nodeAsking(maxFeeWei: bigint) {
  const sent: (readonly [number, bigint])[] = [];
  const step = {
    asked: maxFeeWei,
    fees: async (): Promise<Fees> => ({ maxFeeWei: step.asked, tipWei: 1n }),
    send: async (number: number, fees: Fees): Promise<void> => {
      sent.push([number, fees.maxFeeWei]);
    },
  };
  return { step, sent };
}

describe('a sender of margin steps', () => {
  it('pays for a step that is never mined eight times what the node asks at most, then sends the same again', async () => {
    const { step, sent } = nodeAsking(1_000n);
    const atBound: number[] = [];
    const sender = new StepSender((number) => atBound.push(number));
    for (let block = 1; block <= 200; block += 1) {
      if (!sender.isPatient(4, block)) await sender.send(step, 4, block);
    }
    const fees = sent.map(([, fee]) => fee);
    // Every fourth block, each time an eighth more: 1,000 · (9/8)^17 is the last below 8,000.
    expect(fees).toHaveLength(50);
    expect(new Set(fees).size).toBe(18);
    expect(fees.at(-1)).toBeLessThanOrEqual(8_000n);
    expect(fees.at(-1)).toBeGreaterThan(7_000n);
    expect(fees.at(-1)).toBe(fees.at(-2));
    expect(atBound).toHaveLength(50 - 18);
    // Where the node asks for more the bound is further up.
    step.asked = 2_000n;
    await sender.send(step, 4, 204);
    expect(sent.at(-1)![1]).toBeGreaterThan(8_000n);
  });

  it('begins at what the node asks for the next number', async () => {
    const { step, sent } = nodeAsking(1_000n);
    const sender = new StepSender(() => undefined);
    expect(await sender.send(step, 4, 1)).toBe(true);
    expect(await sender.send(step, 4, 5)).toBe(false);
    expect(sender.isPatient(5, 6)).toBe(false);
    expect(await sender.send(step, 5, 6)).toBe(true);
    expect(sent.map(([, fee]) => fee)).toEqual([1_000n, 1_126n, 1_000n]);
  });

  it('takes what the node knows already as sent, and throws what else it says', async () => {
    const { step } = nodeAsking(1_000n);
    const sender = new StepSender(() => undefined);
    step.send = async () => Promise.reject(new Error('insufficient funds'));
    await expect(sender.send(step, 4, 1)).rejects.toThrow('insufficient funds');
    expect(sender.isPatient(4, 1)).toBe(false);
    step.send = async () => Promise.reject(new Error('already known'));
    await sender.send(step, 4, 1);
    expect(sender.isPatient(4, 4)).toBe(true);
  });
});
