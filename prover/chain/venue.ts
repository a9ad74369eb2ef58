// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, getAddress, type ContractRunner } from 'ethers';
import { z } from 'zod';

import { exportedAbi } from './abi.ts';
import { addressText } from '../core/schema.ts';

const ZERO_ADDRESS = /^0x0{40}$/;

/** An address with a right checksum that is not zero, as documents write it. */
export const addressSchema = addressText
  .refine((text) => !ZERO_ADDRESS.test(text), {
    error: 'must not be the zero address',
    abort: true,
  })
  .transform((text, context) => {
    try {
      return getAddress(text);
    } catch {
      context.addIssue({ code: 'custom', message: 'must carry a right checksum' });
      return z.NEVER;
    }
  });

/** Where a deployed venue's contracts are; readable from JSON. */
export const venueAddressesSchema = z.strictObject({
  asset: addressSchema,
  vault: addressSchema,
  ledgerRegistry: addressSchema,
  riskParameters: addressSchema,
  marketFeed: addressSchema,
  liquidationEngine: addressSchema,
  insuranceFund: addressSchema,
  backstop: addressSchema,
  marginGuarantee: addressSchema,
  healthGate: addressSchema,
});
export type VenueAddresses = z.infer<typeof venueAddressesSchema>;

/** Where those are that not every venue has. */
export const optionalAddressesSchema = z.object({
  /** Of a feed that takes headline numbers only with a proof of their medians. */
  medianGate: addressSchema.optional(),
  /** Of a venue whose margin moves, or is to move, by proven steps. */
  marginState: addressSchema.optional(),
  /** Of a venue into which coins can be deposited. */
  coinVault: addressSchema.optional(),
  /** Of a venue whose solvency sessions are accepted on chain. */
  solvencyRegister: addressSchema.optional(),
  /** Beside a register: the gate of contracts that trade for accounts. */
  coverGate: addressSchema.optional(),
});
export type OptionalAddresses = z.infer<typeof optionalAddressesSchema>;

/** The contracts of a venue, bound to whoever reads or signs. */
export interface Venue {
  readonly addresses: VenueAddresses & OptionalAddresses;
  readonly vault: Contract;
  readonly ledgerRegistry: Contract;
  readonly riskParameters: Contract;
  readonly marketFeed: Contract;
  readonly liquidationEngine: Contract;
  readonly insuranceFund: Contract;
  readonly backstop: Contract;
  readonly marginGuarantee: Contract;
  readonly healthGate: Contract;
}

export function connectVenue(
  addresses: VenueAddresses & OptionalAddresses,
  runner: ContractRunner,
): Venue {
  return {
    addresses,
    vault: new Contract(addresses.vault, exportedAbi('Vault'), runner),
    ledgerRegistry: new Contract(addresses.ledgerRegistry, exportedAbi('LedgerRegistry'), runner),
    riskParameters: new Contract(addresses.riskParameters, exportedAbi('RiskParameters'), runner),
    marketFeed: new Contract(addresses.marketFeed, exportedAbi('MarketFeed'), runner),
    liquidationEngine: new Contract(
      addresses.liquidationEngine,
      exportedAbi('LiquidationEngine'),
      runner,
    ),
    insuranceFund: new Contract(addresses.insuranceFund, exportedAbi('InsuranceFund'), runner),
    backstop: new Contract(addresses.backstop, exportedAbi('Backstop'), runner),
    marginGuarantee: new Contract(
      addresses.marginGuarantee,
      exportedAbi('MarginGuarantee'),
      runner,
    ),
    healthGate: new Contract(addresses.healthGate, exportedAbi('HealthGate'), runner),
  };
}
