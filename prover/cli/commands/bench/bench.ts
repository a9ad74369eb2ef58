// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import { COUNT_OPTIONS } from './remargin.ts';
import { oneOf, parseValue } from '../../../core/schema.ts';
import type { Command, CommandContext, OptionSpec } from '../../command.ts';
import { real, shape, text, whole } from '../../../core/json-output.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<(context: CommandContext) => unknown>>> = {
  prove: async () => (await import('./prove.ts')).benchProve,
  remargin: async () => (await import('./remargin.ts')).benchRemargin,
  prepare: async () => (await import('./prepare.ts')).benchPrepare,
  ledger: async () => (await import('./ledger-tree.ts')).benchLedgerTree,
  service: async () => (await import('./service.ts')).benchService,
  burst: async () => (await import('./burst.ts')).benchBurst,
  soak: async () => (await import('./soak.ts')).benchSoak,
  admission: async () => (await import('./admission.ts')).benchAdmission,
};

const PEERS_OPTION: OptionSpec = {
  type: 'string',
  placeholder: 'NAME=PROGRAM,…',
  describe: 'prove: other provers to measure beside, as node scripts/build-peers.ts prints them',
};

const TIMING = shape({ wallMs: real, cpuMs: real });

export const command: Command = {
  name: 'bench',
  description:
    'prove: every backend that is here, and --peers, on liquidation circuits and a dense one of 2^17\n' +
    'rows, which is compiled the first time. remargin: array margin of a synthetic venue. prepare: the inputs\n' +
    'of 1,000 proofs of one tick. ledger: the tree of a synthetic venue. service:\n' +
    'a whole service on one, --runs being its ticks. burst: so many accounts that fall short at once,\n' +
    'opened by a service on a local chain. soak: the same at a tick every 20 seconds, for as\n' +
    'many minutes as --runs says, with what it holds over time. admission: random trades against\n' +
    'the joint scenarios of one.',
  example: 'npx plimsoll bench prove --runs 5',
  positionals: [
    { name: 'benchmark', required: true, describe: Object.keys(BENCHMARKS).join(' or ') },
  ],
  options: { ...COUNT_OPTIONS, peers: PEERS_OPTION },
  needsSetup: true,
  output: {
    version: 1,
    schema: z.union([
      shape({
        machine: text,
        runs: whole,
        rows: z.array(
          shape({
            circuit: text,
            backend: text,
            constraints: whole,
            totalMs: real,
            witnessMs: real,
            proveMs: real,
            verifyMs: real,
            cpuMs: real,
            proverCpuMs: real,
            peakMemoryMiB: real,
            workerPeakMemoryMiB: real,
            effort: shape({
              arithmetic: text,
              vectorMultiplications: whole,
              scalarMultiplications: whole,
              vectorNanoseconds: real,
              scalarNanoseconds: real,
            }).nullable(),
            speedUp: real,
            nativeShare: real.nullable(),
          }),
        ),
      }),
      shape({
        machine: text,
        runs: whole,
        instruments: whole,
        riskArraysFirstMs: real,
        riskArraysMs: real,
        riskArraysCpuMs: real,
        scaling: z.array(
          shape({
            accounts: whole,
            positions: whole,
            remarginMs: real,
            remarginCpuMs: real,
            remarginFullMs: real,
            remarginFullCpuMs: real,
            nanosecondsPerAccount: real,
            wide: whole,
            band: whole,
            liquidatable: whole,
            decideMs: real,
            updateMicroseconds: real,
            exactMicrosecondsPerAccount: real,
            definitionMicrosecondsPerAccount: real,
            disagreements: whole,
          }),
        ),
        peakMemoryMiB: real,
      }),
      shape({ machine: text, runs: whole, statements: whole, shared: TIMING, anew: TIMING }),
      shape({
        machine: text,
        hasher: text,
        accounts: whole,
        changedPerTick: whole,
        ticks: whole,
        putLedgerMs: real,
        updateMs: real,
        updateCpuMs: real,
        snapshotMs: real,
        snapshotCpuMs: real,
        requestsPerSecond: whole,
        requests: whole,
        requestsFailed: whole,
        answerMedianMs: real,
        answerP99Ms: real,
        answerMostMs: real,
        quietP99Ms: real,
        proofsPerSecond: real.nullable(),
        proofOverheadMs: real.nullable(),
        toFirstProofMs: real.nullable(),
        proofs: whole,
        transitions: whole,
        restartMs: real,
        peakMemoryMiB: real,
      }),
      shape({
        machine: text,
        accounts: whole,
        opened: whole,
        seconds: real,
        proofs: whole,
        proofsPerSecond: real,
        proofWorkMs: real,
        transactions: whole,
        failedTransactions: whole,
        gasPerOpening: real,
        mostGasPerTransaction: whole,
        ticks: z.array(shape({ opened: whole, toFirstSentMs: real.nullable() })),
      }),
      shape({
        machine: text,
        accounts: whole,
        minutes: whole,
        requests: whole,
        ticks: whole,
        proofs: whole,
        cpuSeconds: real,
        growthMiBPerHour: real,
        heapGrowthMiBPerHour: real,
        peakMemoryMiB: real,
        samples: z.array(
          shape({ minute: real, memoryMiB: real, heapMiB: real, diskMiB: real, proofs: whole }),
        ),
      }),
      shape({
        machine: text,
        accounts: whole,
        hasher: text,
        processes: whole,
        leavesMs: real,
        buildMs: real,
        microsecondsPerAccount: real,
        manyUpdates: whole,
        manyUpdatesMs: real,
        restoreMs: real,
        updates: whole,
        updateMs: real,
        pathCheckMs: real,
        peakMemoryMiB: real,
      }),
      shape({
        machine: text,
        accounts: whole,
        instruments: whole,
        coveredScenarios: whole,
        tickMs: real,
        trades: whole,
        admitted: whole,
        medianMs: real,
        p99Ms: real,
        largestMs: real,
        peakMemoryMiB: real,
      }),
    ]),
  },
  run: async (context) => {
    const [name] = context.positionals;
    const benchmark = parseValue(oneOf(Object.keys(BENCHMARKS)), name, '<benchmark>');
    const measure = await BENCHMARKS[benchmark]!();
    await measure(context);
  },
};
