// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, ZeroAddress, isError, type Provider } from 'ethers';
import { z } from 'zod';

import { InvalidInput } from '../../core/errors.ts';
import { exportedAbi, type ExportedInterface } from '../abi.ts';
import { isNodeFailure } from '../node-failure.ts';
import { read } from '../refusal.ts';
import type { VenueDocument } from '../venue-document.ts';

const address = z.string();

/** Who names whom: the contract, what it is asked, and the contract it must name. */
const WIRES: readonly (readonly [
  keyof VenueDocument['contracts'],
  ExportedInterface,
  string,
  keyof VenueDocument['contracts'],
])[] = [
  ['ledgerRegistry', 'LedgerRegistry', 'marketFeed', 'marketFeed'],
  ['ledgerRegistry', 'LedgerRegistry', 'engine', 'liquidationEngine'],
  ['ledgerRegistry', 'LedgerRegistry', 'vault', 'vault'],
  ['ledgerRegistry', 'LedgerRegistry', 'transitionVerifier', 'transitionVerifier'],
  ['marketFeed', 'MarketFeed', 'ledgerRegistry', 'ledgerRegistry'],
  ['marketFeed', 'MarketFeed', 'riskParameters', 'riskParameters'],
  ['riskParameters', 'RiskParameters', 'gate', 'liquidationEngine'],
  ['vault', 'Vault', 'asset', 'asset'],
  ['vault', 'Vault', 'ledgerRegistry', 'ledgerRegistry'],
  ['insuranceFund', 'InsuranceFund', 'vault', 'vault'],
  ['backstop', 'Backstop', 'insuranceFund', 'insuranceFund'],
  ['liquidationEngine', 'LiquidationEngine', 'marketFeed', 'marketFeed'],
  ['liquidationEngine', 'LiquidationEngine', 'vault', 'vault'],
  ['liquidationEngine', 'LiquidationEngine', 'insuranceFund', 'insuranceFund'],
  ['liquidationEngine', 'LiquidationEngine', 'backstop', 'backstop'],
  ['marginGuarantee', 'MarginGuarantee', 'engine', 'liquidationEngine'],
  ['ledgerRegistry', 'LedgerRegistry', 'guarantee', 'marginGuarantee'],
  ['healthGate', 'HealthGate', 'marketFeed', 'marketFeed'],
  // Of a venue without one the feed names the zero address.
  ['marketFeed', 'MarketFeed', 'medianGate', 'medianGate'],
  ['marginState', 'MarginState', 'marketFeed', 'marketFeed'],
  ['marginState', 'MarginState', 'riskParameters', 'riskParameters'],
  // Of a venue without one the registry names the zero address.
  ['ledgerRegistry', 'LedgerRegistry', 'coinVault', 'coinVault'],
  ['coinVault', 'CoinVault', 'ledgerRegistry', 'ledgerRegistry'],
  ['solvencyRegister', 'SolvencyRegister', 'marketFeed', 'marketFeed'],
  ['coverGate', 'CoverGate', 'solvencyRegister', 'solvencyRegister'],
];

/**
 * Holds a venue document against the chain: that it is of this chain, and that its contracts stand
 * there and name each other. Throws `InvalidInput` naming the field that is not so, and what the node's
 * failure is where it does not answer.
 */
export async function confirmVenue(venue: VenueDocument, provider: Provider): Promise<void> {
  const { chainId } = await provider.getNetwork();
  if (chainId !== venue.chainId) {
    throw new InvalidInput(
      'chainId',
      `the venue is on chain ${venue.chainId}, the node on ${chainId}`,
    );
  }
  await Promise.all(
    WIRES.map(async ([from, abi, method, to]) => {
      const at = venue.contracts[from];
      if (at === undefined) return;
      const contract = new Contract(at, exportedAbi(abi), provider);
      let named: string;
      try {
        named = await read(contract, method, [], address);
      } catch (cause) {
        // An account without code answers too, with nothing; a node that does not says nothing of it.
        if (isNodeFailure(cause) && !isError(cause, 'BAD_DATA')) throw cause;
        throw new InvalidInput(
          `contracts.${from}`,
          `there is no ${abi} at ${at} on chain ${chainId}`,
          { cause },
        );
      }
      if (named === (venue.contracts[to] ?? ZeroAddress)) return;
      throw new InvalidInput(
        `contracts.${to}`,
        `must be ${named}, which ${from} names as its ${method}`,
      );
    }),
  );
}
