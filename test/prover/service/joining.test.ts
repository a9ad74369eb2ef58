// SPDX-License-Identifier: GPL-3.0-or-later
import { makeError } from 'ethers';
import { expect, it } from 'vitest';

import { Joining } from '../../../prover/service/joining.ts';

const payload = { jsonrpc: '2.0', id: 1, method: 'eth_getLogs', params: [] } as const;
const answered = makeError('could not coalesce error', 'UNKNOWN_ERROR', {
  error: { code: -32_005, message: 'limit exceeded' },
  payload,
} as object);
const silent = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });

it.each([
  ['does not answer', silent, 'the node does not answer'],
  ['answers with an error', answered, 'the node answers with an error: the log says which'],
])('a chain whose node %s is said to be that', async (_, error, words) => {
  const told: unknown[] = [];
  const joining = await Joining.start(
    () => Promise.reject(error),
    (fault) => told.push(fault),
  );
  try {
    expect(joining.fault).toBe(words);
    expect(told).toEqual([error]);
  } finally {
    await joining.stop();
  }
});
