// SPDX-License-Identifier: GPL-3.0-or-later

/** What a transaction offers for each unit of its gas, in wei. */
export interface Fees {
  readonly maxFeeWei: bigint;
  readonly tipWei: bigint;
}

/** Nodes take a replacement only for a tenth more; an eighth is what most round to. */
const RAISE_NUMERATOR = 9n;
const RAISE_DENOMINATOR = 8n;

/** What is not mined for so many times what the node asks does not wait for a better price. */
const MOST_TIMES = 8n;

const raised = (value: bigint): bigint => (value * RAISE_NUMERATOR) / RAISE_DENOMINATOR + 1n;
const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);

/**
 * Fees for which a node takes a transaction in place of one that offered `before`; undefined where they
 * would be more than eight times what the node asks `now`.
 */
export function raisedFees(before: Fees, now: Fees): Fees | undefined {
  const fees = {
    maxFeeWei: larger(now.maxFeeWei, raised(before.maxFeeWei)),
    tipWei: larger(now.tipWei, raised(before.tipWei)),
  };
  return fees.maxFeeWei > MOST_TIMES * now.maxFeeWei ? undefined : fees;
}
