// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from circuits/circuits.json by prover/toolchain/build-circuits.ts. Do not edit.

/** The account is below maintenance margin: one scenario per underlying already costs more than its equity covers. */
export interface LiquidationSignals {
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk parameter set (hash). */
  readonly parameterHash: bigint;
  /** Position of the account in the ledger (index). */
  readonly accountIndex: bigint;
  /** How often the account has been settled, as its leaf says (count). */
  readonly settlementNonce: bigint;
  /** Owner of the account (address). */
  readonly owner: bigint;
  /** 1 while the account is under liquidation, as its leaf says (flag). */
  readonly frozen: bigint;
  /** 1 while the account may only reduce its risk, as its leaf says (flag). */
  readonly riskReducingOnly: bigint;
  /** Equity of the account, haircuts applied (USD E6). */
  readonly equityE6: bigint;
  /** Maintenance requirement at the exhibited scenarios, never above the maintenance margin (USD E6). */
  readonly requirementE6: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** The account's assets at mark, without haircuts, fall short of its debts by exactly the stated deficit. */
export interface BankruptcySignals {
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk parameter set (hash). */
  readonly parameterHash: bigint;
  /** Position of the account in the ledger (index). */
  readonly accountIndex: bigint;
  /** How often the account has been settled, as its leaf says (count). */
  readonly settlementNonce: bigint;
  /** Owner of the account (address). */
  readonly owner: bigint;
  /** 1 while the account is under liquidation, as its leaf says (flag). */
  readonly frozen: bigint;
  /** 1 while the account may only reduce its risk, as its leaf says (flag). */
  readonly riskReducingOnly: bigint;
  /** Exact shortfall at mark, at least 1 (USD E6). */
  readonly deficitE6: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** The exact equity, margins and worst scenarios of the account after the stated change, over the whole scenario grid. */
export interface AccountMarginSignals {
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk parameter set (hash). */
  readonly parameterHash: bigint;
  /** Position of the account in the ledger (index). */
  readonly accountIndex: bigint;
  /** How often the account has been settled, as its leaf says (count). */
  readonly settlementNonce: bigint;
  /** Owner of the account (address). */
  readonly owner: bigint;
  /** 1 while the account is under liquidation, as its leaf says (flag). */
  readonly frozen: bigint;
  /** 1 while the account may only reduce its risk, as its leaf says (flag). */
  readonly riskReducingOnly: bigint;
  /** Equity after the change, haircuts applied (USD E6). */
  readonly equityE6: bigint;
  /** Exact maintenance margin (USD E6). */
  readonly maintenanceMarginE6: bigint;
  /** Exact initial margin (USD E6). */
  readonly initialMarginE6: bigint;
  /** Lowest id with the largest damped BTC loss; 0 when nothing loses (scenario id). */
  readonly worstScenarioBtc: bigint;
  /** The same of ETH (scenario id). */
  readonly worstScenarioEth: bigint;
  /** By how much equity must exceed the maintenance margin to end a liquidation (bps). */
  readonly cureBufferBps: bigint;
  /** What the account is changed by first; 2^105 for nothing (change word). */
  readonly change: bigint;
  /** What the haircuts take off the collateral: equity plus this is the equity without haircuts (USD E6). */
  readonly haircutE6: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** Some account of the stated owner has at least its initial margin, and at least the stated equity; which account, and every amount, stays private. */
export interface SolvencyReceiptSignals {
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk parameter set (hash). */
  readonly parameterHash: bigint;
  /** Owner of the account (address). */
  readonly owner: bigint;
  /** What the equity is at least; 0 states nothing beyond the initial margin (USD E6). */
  readonly equityAtLeastE6: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** The next ledger is the previous one with one inbox message applied: one leaf changes as the message says, and nothing else in the tree. */
export interface TakeoverSignals {
  /** Commitment to all accounts and their count, before the message (hash). */
  readonly previousLedgerRoot: bigint;
  /** The same after it (hash). */
  readonly nextLedgerRoot: bigint;
  /** First word of the message: kind (8), accountIndex (24), settlementNonce (32), amountE6 (64) (message word). */
  readonly message: bigint;
  /** By how much the quote balance rose (USD E6). */
  readonly appliedE6: bigint;
  /** 0 when the message left the ledger as it was (flag). */
  readonly isApplied: bigint;
  /** Second word of the message: the new owner of a takeover, the depositor of a deposit (address). */
  readonly messageAddress: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** The next margin state is what the rule makes of the last one and the signed inputs, and the effective parameter set is the base set under it. */
export interface MarginStepSignals {
  /** Commitment to the governed parameter set (hash). */
  readonly baseHash: bigint;
  /** Commitment to the inputs that the quorum signed (hash). */
  readonly marginInputsHash: bigint;
  /** Commitment to the rule and the margin state before (hash). */
  readonly previousStateHash: bigint;
  /** The same after the step (hash). */
  readonly nextStateHash: bigint;
  /** Commitment to the parameter set that now holds (hash). */
  readonly effectiveHash: bigint;
  /** Steps taken, this one included (count). */
  readonly sequence: bigint;
  /** Time of the inputs (unix seconds). */
  readonly time: bigint;
  /** Logarithm of the multiplier of BTC that now holds, plus 2 (Q40 + 2). */
  readonly appliedLogBtcBiased: bigint;
  /** The same of ETH (Q40 + 2). */
  readonly appliedLogEthBiased: bigint;
  /** Where the multiplier of BTC is going, plus 2 (Q40 + 2). */
  readonly targetLogBtcBiased: bigint;
  /** The same of ETH (Q40 + 2). */
  readonly targetLogEthBiased: bigint;
  /** keccak256(chain id, contract, action, beneficiary) mod r: binds the proof to one use (hash). */
  readonly context: bigint;
}

/** The index prices, perpetual marks and redemption rates of a snapshot are the medians of what at least three sources of a committed set signed for its minute, each fresh by its own rule. */
export interface OracleMedianSignals {
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the keys of five sources and to the rule of each (hash). */
  readonly sourcesHash: bigint;
  /** Index price of BTC (USD E4). */
  readonly indexBtcE4: bigint;
  /** Index price of ETH (USD E4). */
  readonly indexEthE4: bigint;
  /** Mark price of the perpetual of BTC (USD E4). */
  readonly perpetualBtcE4: bigint;
  /** Mark price of the perpetual of ETH (USD E4). */
  readonly perpetualEthE4: bigint;
  /** What a unit of BTC redeems for (Q30). */
  readonly rateBtcQ30: bigint;
  /** What a unit of ETH redeems for (Q30). */
  readonly rateEthQ30: bigint;
  /** What a unit of stETH redeems for (Q30). */
  readonly rateStEthQ30: bigint;
  /** As of when the snapshot holds; every report is for it (unix seconds). */
  readonly time: bigint;
  /** The snapshot's, no later than that of any report; likewise the two that follow (unix seconds). */
  readonly indexTime: bigint;
  /** Of the perpetual marks (unix seconds). */
  readonly perpetualTime: bigint;
  /** Of the redemption rates (unix seconds). */
  readonly collateralTime: bigint;
  /** Bit i is 1 when source i of the set was heard (bits). */
  readonly included: bigint;
  /** keccak256(chain id, contract, tag) mod r: whom every report was signed for (hash). */
  readonly venue: bigint;
}

/** A chunk of the instruments of a solvency session, priced from its snapshot and parameters and added to the rows' side of its sums. */
export interface RiskArraysSignals {
  /** The word that names the session: ledger, tick, batches, rows and nets (hash). */
  readonly session: bigint;
  /** Commitment to the sums of the rows before the chunk (hash). */
  readonly stateBefore: bigint;
  /** Commitment to the sums with the chunk (hash). */
  readonly stateAfter: bigint;
}

/** Consecutive accounts of a solvency session, every one of them margined, and added to the accounts' side of its sums. */
export interface SolvencyBatchSignals {
  /** The word that names the session: ledger, tick, batches, rows and nets (hash). */
  readonly session: bigint;
  /** Commitment to totals and sums before the batch (hash). */
  readonly stateBefore: bigint;
  /** Commitment to totals and sums with the batch (hash). */
  readonly stateAfter: bigint;
}

/** A solvency session is whole: every account of the ledger is in its totals, every instrument nets to nothing, and its terms are those of snapshot and parameters. */
export interface SolvencyCloseSignals {
  /** The word that names the session: ledger, tick, batches, rows and nets (hash). */
  readonly session: bigint;
  /** Commitment to all accounts and their count (hash). */
  readonly ledgerRoot: bigint;
  /** Commitment to the market snapshot (hash). */
  readonly snapshotHash: bigint;
  /** Commitment to the risk-parameter set (hash). */
  readonly parameterHash: bigint;
  /** Commitment to totals and sums behind the last batch (hash). */
  readonly batchesState: bigint;
  /** Commitment to the sums behind the last chunk of rows (hash). */
  readonly arraysState: bigint;
  /** Signed sum of all accounts (USDC E6). */
  readonly quoteE6: bigint;
  /** Sum of all accounts (BTC E8). */
  readonly btcE8: bigint;
  /** Accounts of the ledger (count). */
  readonly accounts: bigint;
  /** Accounts margined by scenario, the others by a gross bound (count). */
  readonly heavy: bigint;
  /** Accounts not shown to have their maintenance margin, at most so many are without (count). */
  readonly uncovered: bigint;
  /** Sum of all accounts (ETH E8). */
  readonly ethE8: bigint;
  /** Sum of all accounts (stETH E8). */
  readonly stEthE8: bigint;
  /** What bankrupt accounts are short of at the mark, at most (USD E6). */
  readonly deficitE6: bigint;
  /** What all accounts are short of after scenario 1 in both underlyings, at most (USD E6). */
  readonly shortfall1E6: bigint;
  /** What all accounts are short of after scenario 2 in both underlyings, at most (USD E6). */
  readonly shortfall2E6: bigint;
  /** What all accounts are short of after scenario 3 in both underlyings, at most (USD E6). */
  readonly shortfall3E6: bigint;
  /** What all accounts are short of after scenario 4 in both underlyings, at most (USD E6). */
  readonly shortfall4E6: bigint;
  /** What all accounts are short of after scenario 5 in both underlyings, at most (USD E6). */
  readonly shortfall5E6: bigint;
  /** What all accounts are short of after scenario 6 in both underlyings, at most (USD E6). */
  readonly shortfall6E6: bigint;
  /** What all accounts are short of after scenario 7 in both underlyings, at most (USD E6). */
  readonly shortfall7E6: bigint;
  /** What all accounts are short of after scenario 8 in both underlyings, at most (USD E6). */
  readonly shortfall8E6: bigint;
  /** What all accounts are short of after scenario 9 in both underlyings, at most (USD E6). */
  readonly shortfall9E6: bigint;
  /** What all accounts are short of after scenario 10 in both underlyings, at most (USD E6). */
  readonly shortfall10E6: bigint;
  /** What all accounts are short of after scenario 11 in both underlyings, at most (USD E6). */
  readonly shortfall11E6: bigint;
  /** What all accounts are short of after scenario 12 in both underlyings, at most (USD E6). */
  readonly shortfall12E6: bigint;
  /** What all accounts are short of after scenario 13 in both underlyings, at most (USD E6). */
  readonly shortfall13E6: bigint;
  /** What all accounts are short of after scenario 14 in both underlyings, at most (USD E6). */
  readonly shortfall14E6: bigint;
  /** What all accounts are short of after scenario 15 in both underlyings, at most (USD E6). */
  readonly shortfall15E6: bigint;
  /** What all accounts are short of after scenario 16 in both underlyings, at most (USD E6). */
  readonly shortfall16E6: bigint;
  /** What all accounts are short of after scenario 17 in both underlyings, at most (USD E6). */
  readonly shortfall17E6: bigint;
  /** What all accounts are short of after scenario 18 in both underlyings, at most (USD E6). */
  readonly shortfall18E6: bigint;
  /** What all accounts are short of after scenario 19 in both underlyings, at most (USD E6). */
  readonly shortfall19E6: bigint;
  /** What all accounts are short of after scenario 20 in both underlyings, at most (USD E6). */
  readonly shortfall20E6: bigint;
  /** What all accounts are short of after scenario 22 in both underlyings, at most (USD E6). */
  readonly shortfall22E6: bigint;
  /** What all accounts are short of after scenario 23 in both underlyings, at most (USD E6). */
  readonly shortfall23E6: bigint;
  /** What all accounts are short of after scenario 27 in both underlyings, at most (USD E6). */
  readonly shortfall27E6: bigint;
  /** What all accounts are short of after scenario 28 in both underlyings, at most (USD E6). */
  readonly shortfall28E6: bigint;
  /** What all accounts are short of after scenario 29 in both underlyings, at most (USD E6). */
  readonly shortfall29E6: bigint;
  /** What all accounts are short of after scenario 30 in both underlyings, at most (USD E6). */
  readonly shortfall30E6: bigint;
  /** What all accounts are short of after scenario 31 in both underlyings, at most (USD E6). */
  readonly shortfall31E6: bigint;
  /** What all accounts are short of after scenario 32 in both underlyings, at most (USD E6). */
  readonly shortfall32E6: bigint;
  /** What all accounts are short of after scenario 22 in BTC and 23 in ETH, at most (USD E6). */
  readonly shortfallBtc22Eth23E6: bigint;
  /** What all accounts are short of after scenario 23 in BTC and 22 in ETH, at most (USD E6). */
  readonly shortfallBtc23Eth22E6: bigint;
  /** What all accounts are short of after scenario 22 in BTC alone, at most (USD E6). */
  readonly shortfallBtc22E6: bigint;
  /** What all accounts are short of after scenario 22 in ETH alone, at most (USD E6). */
  readonly shortfallEth22E6: bigint;
  /** What all accounts are short of after scenario 23 in BTC alone, at most (USD E6). */
  readonly shortfallBtc23E6: bigint;
  /** What all accounts are short of after scenario 23 in ETH alone, at most (USD E6). */
  readonly shortfallEth23E6: bigint;
  /** What all accounts are short of after any two covered scenarios that are no tails, one in each underlying or in one alone, at most (USD E6). */
  readonly shortfallRegularPairsE6: bigint;
  /** Notional of the uncovered accounts, both sides (USD E6). */
  readonly uncoveredNotionalE6: bigint;
}

/** Public signals by statement; signed amounts are decoded. */
export interface StatementSignals {
  readonly liquidation: LiquidationSignals;
  readonly bankruptcy: BankruptcySignals;
  readonly 'account-margin': AccountMarginSignals;
  readonly 'solvency-receipt': SolvencyReceiptSignals;
  readonly takeover: TakeoverSignals;
  readonly 'margin-step': MarginStepSignals;
  readonly 'oracle-median': OracleMedianSignals;
  readonly 'risk-arrays': RiskArraysSignals;
  readonly 'solvency-batch': SolvencyBatchSignals;
  readonly 'solvency-close': SolvencyCloseSignals;
}

export type StatementName = keyof StatementSignals;

/** From the smallest circuit up. */
export const PROFILES = {
  liquidation: ['7', '16', '64'],
  bankruptcy: ['7', '16', '64'],
  'account-margin': ['4', '16', '64'],
  'solvency-receipt': ['4', '16', '64'],
  takeover: ['any'],
  'margin-step': ['any'],
  'oracle-median': ['any'],
  'risk-arrays': ['1', '16'],
  'solvency-batch': ['4', '16', '32', '48'],
  'solvency-close': ['any'],
} as const;

/** In the order in which the verifier takes them; fields of a packed one from the lowest bit up. */
export const PUBLIC_SIGNALS = {
  liquidation: [
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    {
      name: 'account',
      type: 'packed',
      fields: [
        { name: 'accountIndex', unit: 'index', type: 'uint', bits: 24 },
        { name: 'settlementNonce', unit: 'count', type: 'uint', bits: 32 },
        { name: 'owner', unit: 'address', type: 'uint', bits: 160 },
        { name: 'frozen', unit: 'flag', type: 'uint', bits: 1 },
        { name: 'riskReducingOnly', unit: 'flag', type: 'uint', bits: 1 },
      ],
    },
    {
      name: 'amounts',
      type: 'packed',
      fields: [
        { name: 'equityE6', unit: 'USD E6', type: 'signed', bits: 80 },
        { name: 'requirementE6', unit: 'USD E6', type: 'uint', bits: 96 },
      ],
    },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  bankruptcy: [
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    {
      name: 'account',
      type: 'packed',
      fields: [
        { name: 'accountIndex', unit: 'index', type: 'uint', bits: 24 },
        { name: 'settlementNonce', unit: 'count', type: 'uint', bits: 32 },
        { name: 'owner', unit: 'address', type: 'uint', bits: 160 },
        { name: 'frozen', unit: 'flag', type: 'uint', bits: 1 },
        { name: 'riskReducingOnly', unit: 'flag', type: 'uint', bits: 1 },
      ],
    },
    { name: 'deficitE6', unit: 'USD E6', type: 'uint' },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  'account-margin': [
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    {
      name: 'account',
      type: 'packed',
      fields: [
        { name: 'accountIndex', unit: 'index', type: 'uint', bits: 24 },
        { name: 'settlementNonce', unit: 'count', type: 'uint', bits: 32 },
        { name: 'owner', unit: 'address', type: 'uint', bits: 160 },
        { name: 'frozen', unit: 'flag', type: 'uint', bits: 1 },
        { name: 'riskReducingOnly', unit: 'flag', type: 'uint', bits: 1 },
      ],
    },
    { name: 'equityE6', unit: 'USD E6', type: 'signed' },
    {
      name: 'margins',
      type: 'packed',
      fields: [
        { name: 'maintenanceMarginE6', unit: 'USD E6', type: 'uint', bits: 96 },
        { name: 'initialMarginE6', unit: 'USD E6', type: 'uint', bits: 96 },
        { name: 'worstScenarioBtc', unit: 'scenario id', type: 'uint', bits: 6 },
        { name: 'worstScenarioEth', unit: 'scenario id', type: 'uint', bits: 6 },
        { name: 'cureBufferBps', unit: 'bps', type: 'uint', bits: 16 },
      ],
    },
    {
      name: 'change',
      type: 'packed',
      fields: [
        { name: 'change', unit: 'change word', type: 'uint', bits: 172 },
        { name: 'haircutE6', unit: 'USD E6', type: 'uint', bits: 80 },
      ],
    },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  'solvency-receipt': [
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    { name: 'owner', unit: 'address', type: 'uint' },
    { name: 'equityAtLeastE6', unit: 'USD E6', type: 'uint' },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  takeover: [
    { name: 'previousLedgerRoot', unit: 'hash', type: 'hash' },
    { name: 'nextLedgerRoot', unit: 'hash', type: 'hash' },
    {
      name: 'consumed',
      type: 'packed',
      fields: [
        { name: 'message', unit: 'message word', type: 'uint', bits: 128 },
        { name: 'appliedE6', unit: 'USD E6', type: 'uint', bits: 64 },
        { name: 'isApplied', unit: 'flag', type: 'uint', bits: 1 },
      ],
    },
    { name: 'messageAddress', unit: 'address', type: 'uint' },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  'margin-step': [
    { name: 'baseHash', unit: 'hash', type: 'hash' },
    { name: 'marginInputsHash', unit: 'hash', type: 'hash' },
    { name: 'previousStateHash', unit: 'hash', type: 'hash' },
    { name: 'nextStateHash', unit: 'hash', type: 'hash' },
    { name: 'effectiveHash', unit: 'hash', type: 'hash' },
    {
      name: 'step',
      type: 'packed',
      fields: [
        { name: 'sequence', unit: 'count', type: 'uint', bits: 32 },
        { name: 'time', unit: 'unix seconds', type: 'uint', bits: 32 },
        { name: 'appliedLogBtcBiased', unit: 'Q40 + 2', type: 'uint', bits: 42 },
        { name: 'appliedLogEthBiased', unit: 'Q40 + 2', type: 'uint', bits: 42 },
        { name: 'targetLogBtcBiased', unit: 'Q40 + 2', type: 'uint', bits: 42 },
        { name: 'targetLogEthBiased', unit: 'Q40 + 2', type: 'uint', bits: 42 },
      ],
    },
    { name: 'context', unit: 'hash', type: 'hash' },
  ],
  'oracle-median': [
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'sourcesHash', unit: 'hash', type: 'hash' },
    {
      name: 'headlines',
      type: 'packed',
      fields: [
        { name: 'indexBtcE4', unit: 'USD E4', type: 'uint', bits: 38 },
        { name: 'indexEthE4', unit: 'USD E4', type: 'uint', bits: 38 },
        { name: 'perpetualBtcE4', unit: 'USD E4', type: 'uint', bits: 40 },
        { name: 'perpetualEthE4', unit: 'USD E4', type: 'uint', bits: 40 },
        { name: 'rateBtcQ30', unit: 'Q30', type: 'uint', bits: 32 },
        { name: 'rateEthQ30', unit: 'Q30', type: 'uint', bits: 32 },
        { name: 'rateStEthQ30', unit: 'Q30', type: 'uint', bits: 32 },
      ],
    },
    {
      name: 'times',
      type: 'packed',
      fields: [
        { name: 'time', unit: 'unix seconds', type: 'uint', bits: 32 },
        { name: 'indexTime', unit: 'unix seconds', type: 'uint', bits: 32 },
        { name: 'perpetualTime', unit: 'unix seconds', type: 'uint', bits: 32 },
        { name: 'collateralTime', unit: 'unix seconds', type: 'uint', bits: 32 },
        { name: 'included', unit: 'bits', type: 'uint', bits: 5 },
      ],
    },
    { name: 'venue', unit: 'hash', type: 'hash' },
  ],
  'risk-arrays': [
    { name: 'session', unit: 'hash', type: 'hash' },
    { name: 'stateBefore', unit: 'hash', type: 'hash' },
    { name: 'stateAfter', unit: 'hash', type: 'hash' },
  ],
  'solvency-batch': [
    { name: 'session', unit: 'hash', type: 'hash' },
    { name: 'stateBefore', unit: 'hash', type: 'hash' },
    { name: 'stateAfter', unit: 'hash', type: 'hash' },
  ],
  'solvency-close': [
    { name: 'session', unit: 'hash', type: 'hash' },
    { name: 'ledgerRoot', unit: 'hash', type: 'hash' },
    { name: 'snapshotHash', unit: 'hash', type: 'hash' },
    { name: 'parameterHash', unit: 'hash', type: 'hash' },
    { name: 'batchesState', unit: 'hash', type: 'hash' },
    { name: 'arraysState', unit: 'hash', type: 'hash' },
    {
      name: 'owed',
      type: 'packed',
      fields: [
        { name: 'quoteE6', unit: 'USDC E6', type: 'signed', bits: 96 },
        { name: 'btcE8', unit: 'BTC E8', type: 'uint', bits: 80 },
        { name: 'accounts', unit: 'count', type: 'uint', bits: 25 },
        { name: 'heavy', unit: 'count', type: 'uint', bits: 25 },
        { name: 'uncovered', unit: 'count', type: 'uint', bits: 25 },
      ],
    },
    {
      name: 'coins',
      type: 'packed',
      fields: [
        { name: 'ethE8', unit: 'ETH E8', type: 'uint', bits: 80 },
        { name: 'stEthE8', unit: 'stETH E8', type: 'uint', bits: 80 },
        { name: 'deficitE6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls0',
      type: 'packed',
      fields: [
        { name: 'shortfall1E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall2E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall3E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls1',
      type: 'packed',
      fields: [
        { name: 'shortfall4E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall5E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall6E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls2',
      type: 'packed',
      fields: [
        { name: 'shortfall7E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall8E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall9E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls3',
      type: 'packed',
      fields: [
        { name: 'shortfall10E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall11E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall12E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls4',
      type: 'packed',
      fields: [
        { name: 'shortfall13E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall14E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall15E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls5',
      type: 'packed',
      fields: [
        { name: 'shortfall16E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall17E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall18E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls6',
      type: 'packed',
      fields: [
        { name: 'shortfall19E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall20E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall22E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls7',
      type: 'packed',
      fields: [
        { name: 'shortfall23E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall27E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall28E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls8',
      type: 'packed',
      fields: [
        { name: 'shortfall29E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall30E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfall31E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls9',
      type: 'packed',
      fields: [
        { name: 'shortfall32E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfallBtc22Eth23E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfallBtc23Eth22E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls10',
      type: 'packed',
      fields: [
        { name: 'shortfallBtc22E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfallEth22E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfallBtc23E6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
    {
      name: 'shortfalls11',
      type: 'packed',
      fields: [
        { name: 'shortfallEth23E6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'shortfallRegularPairsE6', unit: 'USD E6', type: 'uint', bits: 84 },
        { name: 'uncoveredNotionalE6', unit: 'USD E6', type: 'uint', bits: 84 },
      ],
    },
  ],
} as const;
