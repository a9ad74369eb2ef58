// SPDX-License-Identifier: GPL-3.0-or-later
import type { PriceRung } from '../liquidation-prices.ts';
import { readAmounts, readTickData, type TickData } from '../tick-data.ts';

/** The answer of `/challenges`. */
export interface Challenge {
  readonly challenge: string;
  readonly text: string;
}

/** What the service said instead of an answer. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function answer(path: string, request: RequestInit): Promise<string> {
  const reply = await fetch(path, request);
  const text = await reply.text();
  if (reply.ok) return text;
  let message = `the service answered ${reply.status}`;
  try {
    message = String((JSON.parse(text) as { message?: unknown }).message ?? message);
  } catch {
    // Something before the service answered: its status is all that is known.
  }
  throw new Refused(reply.status, message);
}

const bearing = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });

export async function fetchTick(token: string, account: number | undefined): Promise<TickData> {
  const also = account === undefined ? '' : `?account=${account}`;
  return readTickData(await answer(`/page/tick${also}`, bearing(token)));
}

export const fetchPrices = async (token: string): Promise<readonly PriceRung[]> =>
  readAmounts(await answer('/page/prices', bearing(token))) as readonly PriceRung[];

export const fetchJson = async (path: string, token?: string): Promise<unknown> =>
  JSON.parse(await answer(path, token === undefined ? {} : bearing(token)));

export const postJson = async (path: string, body: object): Promise<unknown> =>
  JSON.parse(
    await answer(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  );
