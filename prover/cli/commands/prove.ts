// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';
import { z } from 'zod';

import type { Action } from '../../chain/context.ts';
import { ACTIONS, canaryContext, proofContext } from '../../chain/context.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import { InvalidInput } from '../../core/errors.ts';
import { BALANCE_SYMBOLS } from '../../commitments/account-change.ts';
import { SCALAR_FIELD } from '../../commitments/hash-words.ts';
import { parameterHash } from '../../commitments/parameters-words.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import type { ProofUse } from '../../proving/formats/proof-file.ts';
import { saveProof } from '../../proving/formats/saved-proof.ts';
import { Prover } from '../../proving/prover.ts';
import { findPlace, type Roots } from '../../receipt/place.ts';
import { CONTRACTS_OF } from '../../receipt/proof-check.ts';
import { decimalBigint, oneOf, parseValue } from '../../core/schema.ts';
import { prepareStatement } from '../../statements/prepare.ts';
import { MarketTick } from '../../statements/market-tick.ts';
import { CHANGE_OPTIONS, readChange } from '../options/change-options.ts';
import type { Command, CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { MARKET_OPTIONS, accountIndex, readSnapshot } from '../options/market-inputs.ts';
import { EFFECTIVE_OPTIONS, readEffectiveParameters } from '../options/effective-set.ts';
import { readLedger } from '../options/ledger-input.ts';
import { buildWhereMissing } from '../options/circuit-build.ts';
import { outputPath } from '../options/output-path.ts';
import { staleOutput } from '../../analysis/figures/figures-schema.ts';
import { noteStale } from '../options/staleness.ts';
import { VENUE_INSTEAD_OPTION, hasVenue, readVenue } from '../options/venue-file.ts';
import { printSignals } from '../options/signals.ts';
import { decimal, shape, text, whole } from '../../core/json-output.ts';
import { jsonRpcOf } from '../../receipt/provider-rpc.ts';
import { RPC_OPTION, addressOption, connectRpc } from '../options/rpc-input.ts';

/** A private receipt is made by `plimsoll receipt`. */
const STATEMENTS = ['liquidation', 'bankruptcy', 'account-margin'] as const;
type ProvableStatement = (typeof STATEMENTS)[number];

const ACTION_NAMES = Object.keys(ACTIONS) as Action[];
/** The contract of the venue that does it; with `--asset`, of the vault that has the asset. */
function contractFor(
  context: CommandContext,
  action: Action,
): keyof VenueDocument['contracts'] | undefined {
  const given = stringOption(context, 'asset');
  if (given === undefined) return CONTRACTS_OF[action]?.[0];
  const asset = parseValue(oneOf(BALANCE_SYMBOLS), given, '--asset');
  if (action !== 'claimWithdrawal') {
    throw new InvalidInput('--asset', 'says what is withdrawn: only with --action claimWithdrawal');
  }
  return asset === 'USDC' ? 'vault' : 'coinVault';
}

/** What a proof is for unless `--action` says otherwise; an account's margin serves several. */
const ACTION_OF: Readonly<Partial<Record<ProvableStatement, Action>>> = {
  liquidation: 'openLiquidation',
};

function required(context: CommandContext, name: string, describe: string): string {
  const value = stringOption(context, name);
  if (value === undefined) throw new InvalidInput(`--${name}`, `is required: ${describe}`);
  return value;
}

const chainOption = (context: CommandContext): bigint =>
  parseValue(decimalBigint(1n, 2n ** 256n - 1n), stringOption(context, 'chain'), '--chain');

/** The signal that binds a proof, and what it says. */
interface Bound {
  readonly context: bigint;
  readonly use?: ProofUse;
}

const canaryPlace = ({ chainId, contracts }: VenueDocument) => ({
  chainId,
  contract: contracts.riskParameters,
});

/** Of a proof that shows `RiskParameters` that the set it is made under can cure. */
function canaryOf(
  context: CommandContext,
  statement: ProvableStatement,
  parameters: ParameterSet,
): Bound {
  parseValue(oneOf(['canary']), stringOption(context, 'for'), '--for');
  for (const name of ['context', 'beneficiary', 'action', ...Object.keys(CHANGE_OPTIONS)]) {
    if (context.options[name] === undefined) continue;
    throw new InvalidInput('--for', `excludes --${name}: a canary serves nobody`);
  }
  if (statement !== 'account-margin') {
    throw new InvalidInput('<statement>', 'must be account-margin for a canary');
  }
  const isGiven = ['chain', 'contract'].some((name) => stringOption(context, name) !== undefined);
  const { chainId, contract } =
    !isGiven && hasVenue(context)
      ? canaryPlace(readVenue(context))
      : { chainId: chainOption(context), contract: addressOption(context, 'contract') };
  return {
    context: canaryContext(chainId, contract, parameterHash(parameters)),
    use: { chainId, contract, action: 'canary', beneficiary: ZeroAddress },
  };
}

/** The use a proof is bound to; without one no contract takes it, but anybody can verify it. */
function useOf(
  context: CommandContext,
  statement: ProvableStatement,
  parameters: ParameterSet,
): Bound {
  const given = ['chain', 'contract', 'venue', 'beneficiary', 'action', 'asset'].filter(
    (name) => stringOption(context, name) !== undefined,
  );
  if (
    stringOption(context, 'asset') !== undefined &&
    stringOption(context, 'venue') === undefined
  ) {
    throw new InvalidInput('--asset', 'is for a proof with --venue: whose vault of the asset');
  }
  if (stringOption(context, 'for') !== undefined) {
    return canaryOf(context, statement, parameters);
  }
  const explicit = stringOption(context, 'context');
  if (explicit !== undefined) {
    if (given.length > 0) throw new InvalidInput('--context', `excludes --${given.join(', --')}`);
    return { context: parseValue(decimalBigint(0n, SCALAR_FIELD - 1n), explicit, '--context') };
  }
  if (given.length === 0) {
    context.note('bound to no contract (see --chain, --contract, --beneficiary)');
    return { context: 0n };
  }
  const bound = (chainId: bigint, contract: string, act: Action, beneficiary: string): Bound => ({
    context: proofContext(chainId, contract, act, beneficiary),
    use: { chainId, contract, action: act, beneficiary },
  });
  const action = stringOption(context, 'action') ?? ACTION_OF[statement];
  if (stringOption(context, 'venue') !== undefined) {
    const beneficiary = addressOption(context, 'beneficiary');
    const checked = parseValue(oneOf(ACTION_NAMES), action, '--action');
    const { chainId, contracts } = readVenue(context);
    const field = contractFor(context, checked);
    const contract = field && contracts[field];
    if (contract === undefined) {
      throw new InvalidInput('--venue', `has no contract for ${checked}: give --chain, --contract`);
    }
    return bound(chainId, contract, checked, beneficiary);
  }
  const chain = chainOption(context);
  const contract = addressOption(context, 'contract');
  const beneficiary = addressOption(context, 'beneficiary');
  const checked = parseValue(oneOf(ACTION_NAMES), action, '--action');
  return bound(chain, contract, checked, beneficiary);
}

/** The margin tick that binds the roots, where a node is asked; throws `NO_TICK` where none does. */
async function tickFor(
  context: CommandContext,
  { ledgerRoot, snapshotHash, parameterHash: set }: Roots,
  use: ProofUse | undefined,
): Promise<bigint | undefined> {
  if (stringOption(context, 'rpc') === undefined) return undefined;
  if (stringOption(context, 'venue') === undefined) {
    throw new InvalidInput('--venue', 'is required with --rpc: whose tick');
  }
  const { contracts, chainId } = readVenue(context);
  // No tick has the set of a canary yet.
  const roots =
    use?.action === 'canary'
      ? { ledgerRoot, snapshotHash }
      : { ledgerRoot, snapshotHash, parameterHash: set };
  const { provider } = await connectRpc(context);
  try {
    return (await findPlace(jsonRpcOf(provider), { chainId, ...contracts }, roots)).tick;
  } finally {
    provider.destroy();
  }
}

export const command: Command = {
  name: 'prove',
  description:
    'The smallest circuit that takes the account is used. The proof is verified before it is written.\n' +
    'It is bound to --chain, --contract and --beneficiary: only that contract takes it, and only\n' +
    'that address is rewarded. The exact margin can be proven of the account after one change: an\n' +
    'amount that leaves or comes in, and a position bought or sold.',
  example:
    'npx plimsoll prove account-margin --account together --withdraw USDC:1000 --out proof.json',
  positionals: [{ name: 'statement', required: true, describe: STATEMENTS.join(', ') }],
  options: {
    account: {
      type: 'string',
      placeholder: 'index',
      describe: 'index of the account, or a name in the shipped sample',
    },
    out: { type: 'string', placeholder: 'file', describe: 'the proof file to write' },
    ...CHANGE_OPTIONS,
    ...MARKET_OPTIONS,
    ...EFFECTIVE_OPTIONS,
    venue: {
      ...VENUE_INSTEAD_OPTION,
      describe: 'the venue it is for, in place of --chain and --contract',
    },
    rpc: {
      ...RPC_OPTION,
      describe: 'a node, with --venue: the file then says which margin tick binds its roots',
    },
    chain: { type: 'string', placeholder: 'id', describe: 'chain the proof is for' },
    contract: { type: 'string', placeholder: 'address', describe: 'contract the proof is for' },
    beneficiary: { type: 'string', placeholder: 'address', describe: 'whom the contract rewards' },
    action: {
      type: 'string',
      placeholder: ACTION_NAMES.join('|'),
      describe: 'what the contract does for it (default: what the statement is for)',
    },
    asset: {
      type: 'string',
      placeholder: BALANCE_SYMBOLS.join('|'),
      describe: 'what a proof for claimWithdrawal of the --venue withdraws (default: USDC)',
    },
    for: {
      type: 'string',
      placeholder: 'canary',
      describe:
        'a canary: shows the RiskParameters at --contract on --chain that the set of --parameters ' +
        'can cure (params activate)',
    },
    context: {
      type: 'string',
      placeholder: 'number',
      describe: 'the context itself, in place of the four above',
    },
  },
  // The artifact manifest says itself what is missing, and one circuit is enough.
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      out: text,
      statement: text,
      profile: text,
      account: whole,
      stale: staleOutput,
      constraints: whole,
      publicSignals: z.record(text, decimal),
      witnessMs: whole,
      proveMs: whole,
      verifyMs: whole,
    }),
  },
  run: async (context) => {
    const statement = parseValue(oneOf(STATEMENTS), context.positionals[0], '<statement>');
    const out = outputPath(context, 'the proof');
    const account = required(context, 'account', 'the account to prove something about');
    const ledger = await readLedger(context);
    const index = accountIndex(account, '--account', ledger, context);
    const change = readChange(context);
    if (change !== undefined && statement !== 'account-margin') {
      throw new InvalidInput(
        '<statement>',
        'must be account-margin where the account is changed first',
      );
    }
    const [snapshot, parameters] = [readSnapshot(context), await readEffectiveParameters(context)];
    const stale = noteStale(context, snapshot, parameters);
    const bound = useOf(context, statement, parameters);
    const instance = prepareStatement(statement, {
      opening: ledger.open(index),
      tick: new MarketTick(snapshot, parameters),
      context: bound.context,
      change,
    });
    const tick = await tickFor(context, instance.publicSignals, bound.use);
    await buildWhereMissing(context, statement, instance.profile);
    await using prover = new Prover();
    const { file, constraints, timings } = await prover.prove(instance);
    const use = bound.use && { ...bound.use, ...(tick !== undefined && { tick }) };
    saveProof(out, { ...file, use });

    context.print(`${statement} of account ${index}, proven and verified: ${out}`);
    printSignals(context, file);
    context.print(
      `  ${constraints} constraints (profile ${instance.profile}): witness ${timings.witnessMs} ms, ` +
        `proof ${timings.proveMs} ms, verification ${timings.verifyMs} ms`,
    );
    context.printJson({
      out,
      statement,
      profile: instance.profile,
      account: index,
      stale,
      constraints,
      publicSignals: file.publicSignals,
      ...timings,
    });
  },
};
