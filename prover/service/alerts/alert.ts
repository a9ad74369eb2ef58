// SPDX-License-Identifier: GPL-3.0-or-later
import { createHmac } from 'node:crypto';

import { sha256 } from '../../core/hash.ts';
import type { TickTransitions, Transition } from '../margin/margin-book.ts';

/** A transition as somebody is told of it. */
export interface Alert extends Transition {
  /** The same for every repeat: the number of its record in the journal, and the account. */
  readonly id: string;
  readonly tick: string;
  readonly snapshotTime: string;
  readonly ledgerSequence: number;
}

export function alertsOf(sequence: number, made: TickTransitions): readonly Alert[] {
  const { tick, snapshotTime, ledgerSequence } = made;
  return made.transitions.map((transition) => ({
    id: `${sequence}-${transition.account}`,
    tick,
    snapshotTime,
    ledgerSequence,
    ...transition,
  }));
}

/** A name for a job that is the same whenever it is made: a second one is no second job. */
export function jobId(...parts: readonly string[]): string {
  const hex = sha256(JSON.stringify(parts));
  // RFC 9562, version 8: bits of our own.
  const version = `8${hex.slice(13, 16)}`;
  const variant = `8${hex.slice(17, 20)}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${version}-${variant}-${hex.slice(20, 32)}`;
}

/**
 * `t=<seconds>,v1=<HMAC-SHA256 over "t.body" in hex>`: the receiver computes it again with the secret,
 * and refuses a time too far from its own. One `v1` a secret: while a secret is changed for another there
 * are two, and either will do.
 */
export function signature(
  secrets: string | readonly string[],
  seconds: number,
  body: string,
): string {
  const macs = [secrets]
    .flat()
    .map((secret) => createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'));
  return [`t=${seconds}`, ...macs.map((mac) => `v1=${mac}`)].join();
}
