// SPDX-License-Identifier: GPL-3.0-or-later

/** What differs between the files of `contracts/`. */
export interface SolidityTerms {
  readonly runs: number;
  readonly viaIR: boolean;
}

export const DEFAULT_TERMS: SolidityTerms = { runs: 10_000, viaIR: false };

/**
 * Engine and feed check much: otherwise they would pass the limit of 24,576 bytes. By way of the
 * intermediate language, which takes longer to compile, what is called in a crash costs less.
 */
export const TERMS_BY_FILE: Readonly<Record<string, SolidityTerms>> = {
  'contracts/LiquidationEngine.sol': { runs: 200, viaIR: true },
  'contracts/LedgerRegistry.sol': { runs: 10_000, viaIR: true },
  'contracts/MarketFeed.sol': { runs: 200, viaIR: true },
};

/** The compiler's settings, for Hardhat and for whoever compiles without it: the same code on chain. */
export const soliditySettings = ({ runs, viaIR }: SolidityTerms) => ({
  optimizer: { enabled: true, runs },
  evmVersion: 'cancun',
  metadata: { bytecodeHash: 'none' },
  ...(viaIR ? { viaIR } : {}),
});
