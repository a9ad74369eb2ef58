// SPDX-License-Identifier: GPL-3.0-or-later
import { tickStanding } from '../../documents/document-shapes.ts';
import { z } from 'zod';

import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { readTextFile } from '../../core/files.ts';
import { formatUtc } from '../../model/format.ts';
import { parseProof, toSolidity, type ProofFile } from '../../proving/formats/proof-file.ts';
import { keyOfProof, proofHolds, requireUse } from '../../receipt/held-proof.ts';
import { checkProofOnChain, type ProofOnChain } from '../../receipt/proof-check.ts';
import type { TrustedKey } from '../../receipt/verifying-keys.ts';
import type { Command, CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { jsonRpcOf } from '../../receipt/provider-rpc.ts';
import { RPC_OPTION, addressOption, connectRpc } from '../options/rpc-input.ts';
import { printSignals } from '../options/signals.ts';
import { readVenue } from '../options/venue-file.ts';
import { KEYS_OPTION, trustedKeys } from '../options/trusted-keys.ts';
import { address, decimal, flag, shape, text } from '../../core/json-output.ts';

async function askChain(
  context: CommandContext,
  file: ProofFile,
  key: TrustedKey,
): Promise<ProofOnChain | undefined> {
  if (stringOption(context, 'rpc') === undefined) {
    const needless = ['venue', 'from'].find((name) => stringOption(context, name) !== undefined);
    if (needless !== undefined) throw new InvalidInput(`--${needless}`, 'needs --rpc');
    return undefined;
  }
  if (stringOption(context, 'venue') === undefined) {
    throw new InvalidInput('--venue', 'is required with --rpc');
  }
  const sender =
    stringOption(context, 'from') === undefined ? undefined : addressOption(context, 'from');
  const venue = readVenue(context);
  const { provider } = await connectRpc(context);
  try {
    return await checkProofOnChain(file, { rpc: jsonRpcOf(provider), venue, key, sender });
  } finally {
    provider.destroy();
  }
}

function printChain(context: CommandContext, { tick, use, call, ...found }: ProofOnChain): void {
  if (tick !== undefined) {
    const until =
      tick.until === undefined ? 'the current one' : `current until ${formatUtc(tick.until)} UTC`;
    context.print(
      `margin tick ${tick.number} of ${formatUtc(tick.from)} UTC binds its roots: accepted ledger ` +
        `${tick.ledgerSequence}, ${until}`,
    );
  }
  context.print(`the verifier that the venue asks, ${found.verifier}, has its key and takes it`);
  if (use === undefined) {
    context.print(
      'whom it serves is not known: the file does not say, and it is bound to no contract',
    );
  } else {
    context.print(`for ${use.action} at ${use.contract}, serving ${use.beneficiary}`);
  }
  if (found.wouldTake === true && call !== undefined && 'method' in call) {
    context.print(`${call.method} would take it now`);
  } else if (found.wouldTake === false && call !== undefined && 'method' in call) {
    context.print(`${call.method} would refuse it now: ${found.refusal}`);
  } else if (call !== undefined && 'needs' in call) {
    context.print(`not tried: the call needs ${call.needs}`);
  }
}

/** The arguments that contracts take, or the whole call where the chain was asked. */
function printCalldata(
  context: CommandContext,
  file: ProofFile,
  chain: ProofOnChain | undefined,
): void {
  const call = chain?.call;
  if (call !== undefined && 'data' in call) {
    context.print(`to     ${call.to}`);
    context.print(`value  ${call.value}`);
    context.print(`data   ${call.data}`);
    return;
  }
  const { proof, publicSignals } = toSolidity(file);
  context.print(`a              [${proof.a.join(', ')}]`);
  context.print(`b              [[${proof.b[0].join(', ')}], [${proof.b[1].join(', ')}]]`);
  context.print(`c              [${proof.c.join(', ')}]`);
  context.print(`publicSignals  [${publicSignals.join(', ')}]`);
}

const useOutput = shape({
  chainId: decimal,
  contract: address,
  action: text,
  beneficiary: address,
  tick: decimal.optional(),
});

const numbers = z.array(decimal);

export const command: Command = {
  name: 'verify',
  description:
    'Exit code 0: the proof holds for its public signals. 1: it does not, or the chain contradicts it.\n' +
    '2: the file breaks a rule, or names a circuit or key that is not trusted here.\n' +
    'With --rpc and --venue: which margin tick binds its roots, whether the venue’s verifier has its\n' +
    'key, whom its context serves, and whether the contract would take it now ("wouldTake"; a refusal\n' +
    'is no fault of the proof: it may have been used, or be out of date).',
  example: 'npx plimsoll verify proof.json --rpc http://127.0.0.1:8545 --venue venue.json',
  positionals: [{ name: 'file', required: true, describe: 'the proof file' }],
  options: {
    keys: KEYS_OPTION,
    rpc: RPC_OPTION,
    venue: { type: 'string', placeholder: 'file', describe: 'the venue document (plimsoll.venue)' },
    from: {
      type: 'string',
      placeholder: 'address',
      describe: 'who would send it, where that matters (default: whom it serves)',
    },
    calldata: { type: 'boolean', describe: 'print what a contract call needs' },
  },
  // The artifact manifest says itself what is missing, and one circuit is enough.
  needsSetup: false,
  output: {
    version: 1,
    schema: shape({
      valid: flag,
      statement: text,
      profile: text,
      key: text,
      publicSignals: z.record(text, decimal),
      use: useOutput.nullable(),
      chain: shape({
        chainId: decimal,
        tick: shape({
          number: decimal,
          ledgerSequence: decimal,
          ...tickStanding,
        }).nullable(),
        use: useOutput.nullable(),
        verifier: address,
        wouldTake: flag.nullable(),
        refusal: text.nullable(),
        call: shape({
          method: text,
          to: address,
          from: address,
          value: decimal,
          data: text,
        }).nullable(),
        needs: text.nullable(),
      })
        .describe('null unless --rpc was given')
        .nullable(),
      calldata: shape({
        a: numbers,
        b: z.array(numbers),
        c: numbers,
        publicSignals: numbers,
      }).nullable(),
    }),
  },
  run: async (context) => {
    const path = context.positionals[0] ?? '';
    const file = parseProof(readTextFile(path, '<file>'), path);
    const { keys, whose } = trustedKeys(context, file.statement, file.profile);
    const key = keyOfProof(file, keys, whose);
    const valid = proofHolds(file, key);
    const { statement, profile, artifact, publicSignals } = file;
    if (valid) requireUse(file);
    const chain = valid ? await askChain(context, file, key) : undefined;
    const call = chain?.call;
    const solidity = toSolidity(file);
    context.printJson({
      valid,
      statement,
      profile,
      key: artifact.key,
      publicSignals,
      use: file.use ?? null,
      chain:
        chain === undefined
          ? null
          : {
              ...chain,
              tick: chain.tick ?? null,
              use: chain.use ?? null,
              wouldTake: chain.wouldTake ?? null,
              refusal: chain.refusal ?? null,
              call: call !== undefined && 'data' in call ? call : null,
              needs: call !== undefined && 'needs' in call ? call.needs : null,
            },
      calldata:
        context.options['calldata'] === true
          ? { ...solidity.proof, publicSignals: solidity.publicSignals }
          : null,
    });
    if (!valid) throw new PlimsollError('PROOF_INVALID', `${path}: the proof does not hold`);
    context.print(`valid: ${statement} (profile ${profile})`);
    printSignals(context, file);
    if (chain !== undefined) printChain(context, chain);
    else if (file.use !== undefined) {
      const { action, contract, chainId, beneficiary } = file.use;
      context.print(`  for ${action} at ${contract} on chain ${chainId}, serving ${beneficiary}`);
    }
    if (context.options['calldata'] === true) printCalldata(context, file, chain);
  },
};
