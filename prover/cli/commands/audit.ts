// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { audit, reportOf } from '../../audit/audit.ts';
import {
  FolderCheckout,
  formatExport,
  parseExport,
  recording,
  replaying,
  type Answers,
  type ChainEvidence,
} from '../../audit/evidence.ts';
import { AuditMemory } from '../../audit/memory.ts';
import { CHECKS, type Verdict } from '../../audit/verdict.ts';
import { parseVenue } from '../../chain/venue-document.ts';
import { InvalidInput, PlimsollError } from '../../core/errors.ts';
import { readTextFile, requireWritable, writeFileAtomically } from '../../core/files.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { integer, parseValue } from '../../core/schema.ts';
import { loadDefaultParameters, parseParameters } from '../../documents/parameters-document.ts';
import type { Command, CommandContext } from '../command.ts';
import { stringOption } from '../command.ts';
import { BEACON_OPTIONS, beaconValueOf } from '../options/ceremony-inputs.ts';
import { jsonRpcOf } from '../../receipt/provider-rpc.ts';
import { RPC_OPTION, connectRpc } from '../options/rpc-input.ts';
import { KEYSTORE_OPTION, readSigner } from '../options/signer-input.ts';
import { flag, shape, text, whole } from '../../core/json-output.ts';

interface Opened {
  readonly chain: ChainEvidence | undefined;
  readonly answers: Answers;
  readonly venue: string;
  readonly close: () => void;
}

function blockOption(context: CommandContext, name: string): number | undefined {
  const given = stringOption(context, name);
  if (given === undefined) return undefined;
  return parseValue(integer(0, Number.MAX_SAFE_INTEGER), Number(given), `--${name}`);
}

const answersNothing = (): Opened => ({
  chain: undefined,
  answers: new Map(),
  venue: '',
  close: () => undefined,
});

function openExport(path: string): Opened {
  const { fromBlock, toBlock, venue, answers } = parseExport(readTextFile(path, '--offline'), path);
  const rpc = replaying(answers);
  const chain = { rpc, venue: parseVenue(venue, '--offline: venue'), fromBlock, toBlock };
  return { chain, answers, venue, close: () => undefined };
}

async function open(context: CommandContext): Promise<Opened> {
  const offline = stringOption(context, 'offline');
  const path = stringOption(context, 'venue');
  if (offline !== undefined) {
    if (path !== undefined || stringOption(context, 'rpc') !== undefined) {
      throw new InvalidInput('--offline', 'holds venue and chain: it excludes --venue and --rpc');
    }
    return openExport(offline);
  }
  if (path === undefined) {
    if (stringOption(context, 'rpc') === undefined) return answersNothing();
    throw new InvalidInput('--venue', 'is required with --rpc: the venue document');
  }
  const venue = readTextFile(path, '--venue');
  const document = parseVenue(venue, path);
  const { provider, chainId } = await connectRpc(context);
  if (chainId !== document.chainId) {
    provider.destroy();
    throw new InvalidInput(
      '--rpc',
      `must be a node of chain ${document.chainId}, is of ${chainId}`,
    );
  }
  const answers: Answers = new Map();
  const toBlock = blockOption(context, 'to-block') ?? (await provider.getBlockNumber());
  const fromBlock = blockOption(context, 'from-block') ?? document.deploymentBlock;
  const rpc = recording(jsonRpcOf(provider), answers);
  return {
    chain: { rpc, venue: document, fromBlock, toBlock },
    answers,
    venue,
    close: () => provider.destroy(),
  };
}

const MARKS = { holds: 'holds    ', fails: 'FAILS    ', unchecked: 'unchecked' } as const;

function printVerdict(context: CommandContext, { check, subject, outcome, detail }: Verdict): void {
  context.print(`${MARKS[outcome]}  ${check.padEnd(19)}  ${subject}: ${detail}`);
}

export const command: Command = {
  name: 'audit',
  description:
    'Follows a venue from the sources of its circuits to the code on chain, and replays every proof\n' +
    'that its contracts took: each public signal is computed anew from public data, each proof\n' +
    'verified. One verdict a line; what could not be checked is told as such. Without --venue the\n' +
    'circuits and keys of this checkout are audited alone. Nothing is believed but this program and\n' +
    'the node, of which --export writes down every answer.\n' +
    'Exit code 0: nothing fails ("complete" says whether nothing stayed unchecked). 1: something does.',
  example: 'npx plimsoll audit --rpc http://127.0.0.1:8545 --venue venue.json --json',
  positionals: [],
  options: {
    rpc: RPC_OPTION,
    venue: { type: 'string', placeholder: 'file', describe: 'the venue document (plimsoll.venue)' },
    'from-block': {
      type: 'string',
      placeholder: 'number',
      describe: 'first block of which proofs are replayed (default: the deployment)',
    },
    'to-block': {
      type: 'string',
      placeholder: 'number',
      describe: 'last block (default: the latest)',
    },
    parameters: {
      type: 'string',
      placeholder: 'a.json,b.json',
      describe: 'published parameter sets that were active (default: the shipped one)',
    },
    release: {
      type: 'string',
      placeholder: 'folder',
      describe: 'the ceremony that the keys come from',
    },
    value: BEACON_OPTIONS['value']!,
    export: { type: 'string', placeholder: 'file', describe: 'write everything the node answered' },
    offline: { type: 'string', placeholder: 'file', describe: 'audit such a file, without a node' },
    cache: {
      type: 'string',
      placeholder: 'folder',
      describe: 'keep there what was compiled, and take it from there: verdicts say so',
    },
    keystore: KEYSTORE_OPTION,
    sign: {
      type: 'boolean',
      describe: 'sign the report, with --keystore or the key in the environment',
    },
  },
  needsSetup: true,
  output: {
    version: 1,
    schema: shape({
      holds: flag,
      complete: flag,
      chainId: text.nullable(),
      fromBlock: whole.nullable(),
      toBlock: whole.nullable(),
      proofs: whole,
      verdicts: z.array(shape({ check: text, subject: text, outcome: text, detail: text })),
      digest: text,
      auditor: text.nullable(),
      signature: text.nullable(),
    }),
  },
  run: async (context) => {
    const target = stringOption(context, 'export');
    if (target !== undefined) requireWritable(target, '--export');
    const signer = context.options['sign'] === true ? await readSigner(context) : undefined;
    const documents = stringOption(context, 'parameters')?.split(',');
    const parameters = documents?.map((path) =>
      parseParameters(readTextFile(path, '--parameters')),
    ) ?? [loadDefaultParameters()];
    const folder = stringOption(context, 'release');
    const release =
      folder === undefined ? undefined : { folder, beaconValue: beaconValueOf(context) };
    const opened = await open(context);
    try {
      const { chain } = opened;
      const checkout = new FolderCheckout(REPOSITORY_ROOT);
      const subject = { checkout, chain, parameters, release };
      const memory = new AuditMemory(stringOption(context, 'cache'));
      const found = await audit(subject, { memory, note: context.note });
      const report = await reportOf(found, chain, signer);
      for (const verdict of report.verdicts) printVerdict(context, verdict);
      context.printJson(report);
      if (target !== undefined && chain !== undefined) {
        const { fromBlock, toBlock } = chain;
        const { venue, answers } = opened;
        writeFileAtomically(target, formatExport({ fromBlock, toBlock, venue, answers }));
      }
      const fault = report.verdicts.find(({ outcome }) => outcome === 'fails');
      if (fault !== undefined) {
        const { check, subject: of, detail } = fault;
        throw new PlimsollError('AUDIT', `${of}: ${CHECKS[check]}: ${detail}`);
      }
      const open = report.verdicts.filter(({ outcome }) => outcome === 'unchecked').length;
      const rest = open === 0 ? 'nothing is left unchecked' : `${open} could not be checked`;
      context.print(
        `${report.verdicts.length} verdicts, ${report.proofs} proofs replayed: nothing fails, ${rest}`,
      );
      context.print(
        `digest ${report.digest}${report.auditor === null ? '' : `, signed by ${report.auditor}`}`,
      );
    } finally {
      opened.close();
    }
  },
};
