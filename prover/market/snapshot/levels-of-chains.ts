// SPDX-License-Identifier: GPL-3.0-or-later
import { InvalidInput } from '../../core/errors.ts';
import type { MarketInputs } from '../../documents/market-inputs-document.ts';
import { UNDERLYING_SYMBOLS } from '../../model/types.ts';
import type { Chain } from '../feeds/chain.ts';
import { expiriesOf } from '../feeds/chain.ts';
import { indexOf, perpetualOf } from '../feeds/levels.ts';
import { indexAgreement } from './contradictions.ts';
import { forwardOf } from './forwards.ts';

const toE4 = (price: number): bigint => BigInt(Math.round(price * 1e4));

/**
 * Index and perpetual of chains as market inputs: what one underlying alone can give, since a snapshot
 * has two. Throws `InvalidInput` where a chain has no index, or one that its nearest forward
 * contradicts.
 */
export function levelsOfChains(chains: readonly Chain[]): MarketInputs {
  const time = Math.floor(Math.min(...chains.map((chain) => chain.time)));
  const underlyings = chains.map((chain) => {
    const symbol = UNDERLYING_SYMBOLS[chain.underlying];
    const nearest = expiriesOf(chain)
      .filter(({ expiry }) => expiry > chain.time)
      .flatMap(({ expiry, rows }) => {
        const future = chain.futures.find((row) => row.expiry === expiry);
        const forward = forwardOf(rows, future);
        return forward === undefined ? [] : [{ expiry, forward: forward.forward }];
      })[0];
    const [index, perpetual] = [indexOf(chain, nearest), perpetualOf(chain)];
    if (index === undefined) {
      throw new InvalidInput(
        `${symbol} index`,
        `no row of ${chain.files.join(', ')} carries it: add a response that has it`,
      );
    }
    indexAgreement(index.price, nearest, chain.time, `${symbol} index`);
    return {
      symbol,
      indexE4: toE4(index.price),
      ...(perpetual === undefined ? {} : { perpetualMarkE4: toE4(perpetual.price) }),
    };
  });
  return { time, underlyings, collateral: [] };
}
