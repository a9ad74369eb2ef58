// SPDX-License-Identifier: GPL-3.0-or-later
import { formatFixed, formatUsd } from '../model/format.ts';
import type { TickOnChain } from './chain-check.ts';
import { NO_CHALLENGE } from './challenge.ts';
import type { ExactReceipt, PrivateReceipt, Receipt } from './document.ts';
import { isValid, type CheckedReceipt } from './verify.ts';

function utc(seconds: bigint): string {
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function exactClaim({ signals }: ExactReceipt): string {
  const { equityE6, initialMarginE6, maintenanceMarginE6 } = signals;
  const usd = (amountE6: bigint): string => formatUsd(amountE6, 6);
  const standing =
    equityE6 >= initialMarginE6
      ? 'it met its initial margin'
      : equityE6 >= maintenanceMarginE6
        ? 'it met its maintenance margin, but not its initial margin'
        : 'it was below its maintenance margin';
  return (
    `account ${signals.accountIndex} of ${signals.owner} had an equity of exactly ` +
    `${usd(equityE6)} USD, a maintenance margin of ${usd(maintenanceMarginE6)} USD and an initial ` +
    `margin of ${usd(initialMarginE6)} USD: ${standing}`
  );
}

function privateClaim({ signals }: PrivateReceipt): string {
  const { owner, equityAtLeastE6 } = signals;
  const amount =
    equityAtLeastE6 === 0n
      ? ''
      : `, and its equity was at least ${formatUsd(equityAtLeastE6, 6)} USD`;
  return `an account of ${owner} met its initial margin${amount}`;
}

/** Of a tick that nothing followed, what the market has done since tells how much it still says. */
function endOf({ until, asOf, isAdmissible, isHalted }: TickOnChain): string {
  if (until !== undefined) return utc(until);
  const now = `now (${utc(asOf)}, the node's latest block)`;
  if (isHalted) return `${now} only because the market is halted`;
  return isAdmissible ? now : `${now} only because no tick followed: no contract takes it any more`;
}

function momentOf({ receipt: { place }, tick }: CheckedReceipt): string {
  const name = `margin tick ${place.tick} of the market feed ${place.marketFeed} on chain ${place.chainId}`;
  if (tick === undefined) return `At what the receipt calls ${name}`;
  return `At ${name}, which was current from ${utc(tick.from)} to ${endOf(tick)}`;
}

/** The sentence a person reads: what is proven, of whom, and as of when. */
export function sentenceOf(checked: CheckedReceipt): string {
  const { receipt, tick } = checked;
  const claim = receipt.kind === 'exact' ? exactClaim(receipt) : privateClaim(receipt);
  const unasked = tick === undefined ? 'the chain was not asked' : 'the venue was not named';
  const lead = isValid(checked) ? 'Valid.' : `The proof holds; ${unasked}.`;
  return `${lead} ${momentOf(checked)}, ${claim}.`;
}

/** A figure of what a receipt claims, with its unit. */
export interface Figure {
  readonly name: string;
  readonly value: string;
}

const ratioOf = (mmE6: bigint, equityE6: bigint): string =>
  equityE6 > 0n ? `${formatFixed((mmE6 * 10_000n + equityE6 - 1n) / equityE6, 2)} %` : 'no equity';

/** What a receipt claims, line by line: an exact one all of the account, a private one what it states. */
export function figuresOf(receipt: Receipt): readonly Figure[] {
  const usd = (amountE6: bigint): string => `${formatUsd(amountE6, 6)} USD`;
  const { place } = receipt;
  const where = [
    { name: 'margin tick', value: `${place.tick}` },
    { name: 'market feed', value: `${place.marketFeed} on chain ${place.chainId}` },
    { name: 'owner', value: receipt.signals.owner },
  ];
  if (receipt.kind === 'private') {
    const { equityAtLeastE6 } = receipt.signals;
    return [
      ...where,
      { name: 'account', value: 'one of the owner’s, not told which' },
      { name: 'equity', value: 'at least its initial margin' },
      ...(equityAtLeastE6 === 0n ? [] : [{ name: 'and at least', value: usd(equityAtLeastE6) }]),
    ];
  }
  const { signals } = receipt;
  const { equityE6, maintenanceMarginE6: mmE6, initialMarginE6: imE6 } = signals;
  return [
    ...where,
    { name: 'account', value: `${signals.accountIndex}, nonce ${signals.settlementNonce}` },
    { name: 'equity', value: usd(equityE6) },
    { name: 'maintenance margin', value: usd(mmE6) },
    { name: 'initial margin', value: usd(imE6) },
    { name: 'margin ratio', value: `${ratioOf(mmE6, equityE6)}, liquidated above 100 %` },
    { name: 'above maintenance', value: usd(equityE6 - mmE6) },
    { name: 'above initial', value: usd(equityE6 - imE6) },
  ];
}

export const DEVELOPMENT_KEY =
  'INSECURE development key: its secret is public, so anybody could have made this proof';

/** What the sentence must not be taken to say, and how to have it checked. */
export function caveatsOf(checked: CheckedReceipt): readonly string[] {
  const { receipt, tick, challengeChecked, venueChecked } = checked;
  const { place, challenge, key } = receipt;
  const caveats: string[] = [];
  if (key.setup === 'insecure-development') {
    caveats.push(DEVELOPMENT_KEY);
  }
  if (tick === undefined) {
    caveats.push(
      `not checked: whether the chain ever accepted tick ${place.tick} with these roots, and when ` +
        `(the receipt says ${utc(BigInt(place.tickTime))}); ask a node`,
    );
  }
  if (!venueChecked) {
    caveats.push(
      `not checked: whether ${place.marketFeed} on chain ${place.chainId} is the feed of the venue ` +
        'you mean; anybody can deploy a feed of their own',
    );
  }
  if (challenge === NO_CHALLENGE) {
    caveats.push('it answers no challenge: anybody who has it can show it');
  } else if (!challengeChecked) {
    caveats.push(
      'not checked: whether it answers your challenge; it may be a copy made for another',
    );
  }
  return caveats;
}
