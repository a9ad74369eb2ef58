// SPDX-License-Identifier: GPL-3.0-or-later
import { decodeBytes32String, getAddress, toBeHex } from 'ethers';

import { canaryContext, proofContext, type Action } from '../../chain/context.ts';
import type { ProofPoints } from '../../proving/formats/proof-file.ts';
import type { StatementName, StatementSignals } from '../../statements/generated/public-signals.ts';
import { decodePublicSignals } from '../../statements/public-signals.ts';
import type { ChainEvidence } from '../evidence.ts';
import { given, unchecked } from '../verdict.ts';
import type { AuditedEvent, Transaction } from './history.ts';

/** A proof as a transaction carried it. */
export interface PostedProof {
  readonly statement: StatementName;
  /** By the positions it holds; 0 where a statement has one circuit. */
  readonly profile: string;
  readonly signals: readonly bigint[];
  readonly proof: ContractPoints;
  /** Absent for a `takeover`, which is about a root. */
  readonly tick?: bigint;
  /** For whom and what: gives the context that it must have. */
  readonly context: (signals: StatementSignals[StatementName]) => bigint;
  /** Of a step of margin or of medians: the event that says it was taken. */
  readonly event?: AuditedEvent;
  /** Of medians: what they were proven of. */
  readonly document?: string;
}

export interface ContractPoints {
  readonly a: readonly [bigint, bigint];
  readonly b: readonly [readonly [bigint, bigint], readonly [bigint, bigint]];
  readonly c: readonly [bigint, bigint];
}

/** As provers and verifiers off chain write them: contracts take the imaginary part first. */
export function writtenPoints({ a, b, c }: ContractPoints): ProofPoints {
  const [[xIm, xRe], [yIm, yRe]] = b;
  return {
    a: [...a],
    b: [
      [xRe, xIm],
      [yRe, yIm],
    ],
    c: [...c],
  };
}

/** The venue, and all its events: what a proof must say is what they say before it. */
export interface PostingContext {
  readonly evidence: Pick<ChainEvidence, 'venue'>;
  readonly events: readonly AuditedEvent[];
}

type Args = Readonly<Record<string, unknown>>;

const list = (value: unknown): readonly bigint[] => Object.values(value as object) as bigint[];

const pair = (value: unknown): [bigint, bigint] => {
  const [first, second] = list(value);
  return [first!, second!];
};

/** As ethers names a struct inside a struct. */
function pointsOf(value: unknown): ContractPoints {
  const { a, b, c } = value as Args;
  const [first, second] = Object.values(b as object) as [unknown, unknown];
  return { a: pair(a), b: [pair(first), pair(second)], c: pair(c) };
}

const ownerIn = (signals: StatementSignals[StatementName]): string =>
  getAddress(toBeHex((signals as StatementSignals['account-margin']).owner, 20));

/** What events say that a proof was taken in the transaction, and by which contract. */
export const TAKEN: Readonly<Record<string, keyof typeof READERS>> = {
  LiquidationOpened: 'liquidationEngine',
  LiquidationCured: 'liquidationEngine',
  BidEscrowed: 'liquidationEngine',
  Backstopped: 'liquidationEngine',
  GuaranteeTaken: 'marginGuarantee',
  RestrictionLifted: 'marginGuarantee',
  WithdrawalClaimed: 'vault',
  CoinWithdrawalClaimed: 'coinVault',
  ExitRegistered: 'vault',
  MessageForced: 'ledgerRegistry',
  CanaryProven: 'riskParameters',
  MarginCanaryProven: 'riskParameters',
  TighteningRefuted: 'riskParameters',
  MarginStepped: 'marginState',
  SnapshotAccepted: 'marketFeed',
  BreakerTripped: 'marketFeed',
};

type Reader = (
  call: { readonly name: string; readonly args: Args },
  transaction: Transaction,
  context: PostingContext,
  taken: readonly AuditedEvent[],
) => readonly PostedProof[];

function health(given: unknown): Pick<PostedProof, 'tick' | 'profile' | 'signals' | 'proof'> {
  const { tick, profile, proof, publicSignals } = given as Args;
  return {
    tick: tick as bigint,
    profile: String(profile),
    signals: list(publicSignals),
    proof: pointsOf(proof),
  };
}

const readEngine: Reader = ({ name, args }, { from }, { evidence }, taken) => {
  const { chainId, contracts } = evidence.venue;
  const at = contracts.liquidationEngine;
  const margin = (action: 'cureLiquidation' | 'bidForAccount' | 'expireLiquidation') =>
    [
      {
        statement: 'account-margin' as const,
        ...health(args['given']),
        context: (signals: StatementSignals[StatementName]): bigint => {
          const beneficiary = {
            cureLiquidation: () => ownerIn(signals),
            bidForAccount: () => getAddress(from),
            expireLiquidation: () => contracts.backstop,
          }[action]();
          return proofContext(chainId, at, action, beneficiary);
        },
      },
    ] as const;
  const opening = (beneficiary: unknown): PostedProof['context'] => {
    return () => proofContext(chainId, at, 'openLiquidation', beneficiary as string);
  };
  switch (name) {
    case 'open':
      return [{ statement: 'liquidation', ...health(args), context: opening(args['beneficiary']) }];
    case 'openMany': {
      const openings = args['openings'] as Args;
      const signals = list(openings['publicSignals']);
      const proofs = Object.values(openings['proofs'] as object);
      const width = signals.length / proofs.length;
      // A member that is open already is skipped, and its proof not looked at.
      const opened = new Set(taken.map(({ args: one }) => one['accountIndex'] as bigint));
      return proofs.flatMap((proof, index): PostedProof[] => {
        const own = signals.slice(index * width, (index + 1) * width);
        const { accountIndex } = decodePublicSignals('liquidation', own);
        if (!opened.delete(accountIndex)) return [];
        return [
          {
            statement: 'liquidation',
            profile: String(openings['profile']),
            tick: openings['tick'] as bigint,
            signals: own,
            proof: pointsOf(proof),
            context: opening(openings['beneficiary']),
          },
        ];
      });
    }
    case 'cure':
      return margin('cureLiquidation');
    case 'bid':
      return margin('bidForAccount');
    case 'expire':
      return margin('expireLiquidation');
    default:
      return unchecked(`${name} is not known to carry a proof`);
  }
};

/** Calls that carry one proof of `account-margin`, as their argument `field`, whose context names the owner. */
const ownersProof =
  (
    contract: 'vault' | 'coinVault' | 'marginGuarantee',
    field: string,
    actions: Readonly<Record<string, Action>>,
  ): Reader =>
  ({ name, args }, _transaction, { evidence }) => {
    const { chainId, contracts } = evidence.venue;
    return [
      {
        statement: 'account-margin',
        ...health(args[field]),
        context: (signals) =>
          proofContext(
            chainId,
            given(contracts[contract], `the venue has no ${contract}`),
            given(actions[name], `${name} is not known to carry a proof`),
            ownerIn(signals),
          ),
      },
    ];
  };

/** The root that the registry had before the ledger of this sequence number. */
function rootBefore(events: readonly AuditedEvent[], sequence: bigint): bigint {
  const before = events.find(
    ({ name, args }) => LEDGER_EVENTS.has(name) && args['sequence'] === sequence - 1n,
  );
  return given(before, `no event tells ledger ${sequence - 1n}`).args['root'] as bigint;
}

const LEDGER_EVENTS: ReadonlySet<string> = new Set(['RootAccepted', 'MessageForced']);

/** The registry puts in what it knows of the signals: the root before, and whom the context pays. */
const readRegistry: Reader = ({ name, args }, _transaction, { evidence, events }, taken) => {
  if (name !== 'applyMessage') unchecked(`${name} is not known to carry a proof`);
  const { chainId, contracts } = evidence.venue;
  const { nextRoot, consumed, messageAddress, beneficiary } = args as Record<string, bigint>;
  const previousRoot = rootBefore(events, taken[0]!.args['sequence'] as bigint);
  const context = proofContext(
    chainId,
    contracts.ledgerRegistry,
    'applyMessage',
    String(beneficiary),
  );
  return [
    {
      statement: 'takeover',
      profile: 'any',
      signals: [previousRoot, nextRoot!, consumed!, messageAddress!, context],
      proof: pointsOf(args['proof']),
      context: () => context,
    },
  ];
};

const readParameters: Reader = ({ name, args }, _transaction, { evidence }, taken) => {
  const { chainId, contracts } = evidence.venue;
  const { parameterHash, effectiveHash } = taken[0]!.args;
  const hash = (effectiveHash ?? parameterHash) as bigint;
  const context = (): bigint => canaryContext(chainId, contracts.riskParameters, hash);
  const fields = name === 'refuteTightening' ? ['under', 'pendingProof'] : ['canary'];
  return fields.map((field) => ({ statement: 'account-margin', ...health(args[field]), context }));
};

const readStep: Reader = ({ name, args }, _transaction, _context, [event]) => {
  if (name !== 'step') unchecked(`${name} is not known to carry a proof`);
  return [
    {
      statement: 'margin-step',
      profile: 'any',
      signals: list(args['publicSignals']),
      proof: pointsOf(args['proof']),
      event: event!,
      context: (signals) => (signals as StatementSignals['margin-step']).context,
    },
  ];
};

/** A snapshot comes with a proof only where the feed asks a gate. */
const readSnapshot: Reader = ({ name, args }, _transaction, _context, [event]) => {
  if (name !== 'submitProvenSnapshot') return [];
  const { proof, publicSignals } = args['medianProof'] as Args;
  return [
    {
      statement: 'oracle-median',
      profile: 'any',
      signals: list(publicSignals),
      proof: pointsOf(proof),
      event: event!,
      document: args['document'] as string,
      // Its venue is a signal like the others.
      context: () => 0n,
    },
  ];
};

/** Session proofs of one call, each with its three signals; the close has all of its own. */
const readSession: Reader = ({ name, args }) => {
  const noContext = (): bigint => 0n;
  if (name === 'closeSession') {
    return [
      {
        statement: 'solvency-close',
        profile: 'any',
        signals: list(args['publicSignals']),
        proof: pointsOf(args['proof']),
        context: noContext,
      },
    ];
  }
  if (name !== 'submitProofs') unchecked(`${name} is not known to carry a proof`);
  const signals = list(args['publicSignals']);
  const proofs = Object.values(args['proofs'] as object);
  const width = signals.length / proofs.length;
  return proofs.map((proof, at) => ({
    statement: decodeBytes32String(String(args['statement'])) as StatementName,
    profile: String(args['profile']),
    signals: signals.slice(at * width, (at + 1) * width),
    proof: pointsOf(proof),
    context: noContext,
  }));
};

/** By contract, how a call to it is read. */
export const READERS = {
  marginState: readStep,
  marketFeed: readSnapshot,
  liquidationEngine: readEngine,
  marginGuarantee: ownersProof('marginGuarantee', 'given', {
    take: 'takeGuarantee',
    release: 'releaseGuarantee',
  }),
  vault: ownersProof('vault', 'proof', {
    claimWithdrawal: 'claimWithdrawal',
    registerExit: 'registerExit',
  }),
  coinVault: ownersProof('coinVault', 'proof', { claimWithdrawal: 'claimWithdrawal' }),
  ledgerRegistry: readRegistry,
  riskParameters: readParameters,
  solvencyRegister: readSession,
} as const;
