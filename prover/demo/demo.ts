// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import { proofContext, type Action } from '../chain/context.ts';
import { PROFILES, type Profile } from '../chain/config.ts';
import { deployLocalVenue, type LocalVenue } from '../chain/deploy.ts';
import { depositTestDollars } from '../chain/fund.ts';
import { openLiquidation } from '../chain/submit.ts';
import { connectVenue } from '../chain/venue.ts';
import { Ledger } from '../ledger/ledger.ts';
import { parameterHash } from '../market/parameters-words.ts';
import { loadDefaultParameters, type ParameterSet } from '../market/parameters-document.ts';
import { loadArtifactManifest } from '../proving/artifacts.ts';
import type { StatementName } from '../proving/generated/public-signals.ts';
import { Prover, type Proven } from '../proving/prover.ts';
import { REPOSITORY_ROOT } from '../proving/root.ts';
import { prepareStatement } from '../statements/prepare.ts';
import type { Sample } from '../sample/sample.ts';
import { actionOf, claimedFor, drawAndReadBack, openAndReadBack } from './actions.ts';
import { confirm, confirmRefused } from './confirm.ts';
import { startLocalChain, type LocalChain } from './local-chain.ts';
import { remargin, type Remargined } from './remargin.ts';
import { Story } from './story.ts';
import { exactUsd } from './text.ts';
import { ORACLES, ORACLE_THRESHOLD, openTickWith, publishSnapshot } from './ticks.ts';

const ARTIFACTS = join(REPOSITORY_ROOT, 'artifacts');
/** What the insurance fund holds when the market falls. */
const FUND_DEPOSIT_E6 = 150_000_000_000n;

export interface ProofReport {
  readonly statement: string;
  readonly account: number;
  readonly constraints: number;
  readonly witnessMs: number;
  readonly proveMs: number;
  readonly verifyMs: number;
  readonly gas: number;
}

export interface DemoReport {
  readonly accounts: number;
  readonly breached: number;
  readonly bankrupt: number;
  readonly proofs: readonly ProofReport[];
  readonly draws: readonly {
    readonly account: number;
    readonly deficitE6: bigint;
    readonly paidE6: bigint;
  }[];
}

export interface DemoOutput {
  readonly print: (line?: string) => void;
  /** Progress: what takes a while and has begun. */
  readonly note: (line: string) => void;
}

function reportOf({ file, constraints, timings }: Proven<StatementName>, gas: bigint): ProofReport {
  return {
    statement: file.statement,
    account: Number(file.publicSignals.accountIndex),
    constraints,
    ...timings,
    gas: Number(gas),
  };
}

/** The profiles that the set-up has built, and so has verifiers of. */
function builtProfiles(statement: StatementName): readonly Profile[] {
  const { artifacts } = loadArtifactManifest();
  return PROFILES.filter((profile) =>
    artifacts.some((built) => built.statement === statement && built.profile === profile),
  );
}

async function deployVenue(chain: LocalChain, parameters: ParameterSet): Promise<LocalVenue> {
  const venue = await deployLocalVenue({
    deployer: chain.deployer,
    artifactsDirectory: ARTIFACTS,
    parameterHash: parameterHash(parameters),
    oracleSigners: ORACLES.map(({ address }) => address),
    oracleThreshold: ORACLE_THRESHOLD,
    profiles: {
      liquidation: builtProfiles('liquidation'),
      bankruptcy: builtProfiles('bankruptcy'),
    },
  });
  await depositTestDollars(venue, ARTIFACTS, chain.depositor, FUND_DEPOSIT_E6);
  return venue;
}

/** The account whose liquidation is told: the one the sample names, if it is there to liquidate. */
function toLiquidate(sample: Sample, { breached, bankrupt }: Remargined): number {
  const open = breached.filter((index) => !bankrupt.includes(index));
  const named = sample.labels.find(({ name }) => name === 'ordinary-liquidation')?.index;
  const chosen = open.includes(named ?? -1) ? named : open[0];
  return confirm(chosen, 'the crash leaves an account to liquidate');
}

/** A named account that is healthy, for the contract to refuse. */
function healthy(sample: Sample, { breached }: Remargined): number {
  const named = sample.labels.find(({ name }) => name === 'hedged-market-maker')?.index;
  const sound = sample.labels.map(({ index }) => index).filter((i) => !breached.includes(i));
  return confirm(sound.includes(named ?? -1) ? named : sound[0], 'an account stays healthy');
}

/**
 * A market crash from the sample to the draws from the insurance fund, on a chain inside this
 * process. Throws `NotAsTold` as soon as a step did not happen on chain.
 */
export async function runDemo(sample: Sample, { print, note }: DemoOutput): Promise<DemoReport> {
  const story = new Story(print, sample.labels);
  const parameters = loadDefaultParameters();
  const { calm, crash, rebound } = sample.snapshots;
  const margins = {
    calm: remargin(sample.ledgers.calm, calm.snapshot, parameters.parameters),
    crash: remargin(sample.ledgers.crash, crash.snapshot, parameters.parameters),
    rebound: remargin(sample.ledgers.rebound, rebound.snapshot, parameters.parameters),
  };

  note('starting a local chain and deploying the venue');
  const chain = await startLocalChain(calm.snapshot.time - 3_600n);
  const prover = new Prover();
  try {
    story.chapter('The venue');
    const deployed = await deployVenue(chain, parameters);
    const venue = connectVenue(deployed.addresses, chain.keeper);
    story.say(
      `Deployed on local chain ${chain.chainId}: registry, feed (${ORACLE_THRESHOLD} of ` +
        `${ORACLES.length} oracles), parameters, liquidation engine, insurance fund ` +
        `(${exactUsd(FUND_DEPOSIT_E6)}), custody vault, verifiers of INSECURE development keys.`,
    );

    story.chapter('Calm');
    const calmTick = await openTickWith(chain, venue, new Ledger(sample.ledgers.calm), calm);
    story.tick(calmTick, calm.snapshot, margins.calm);

    story.chapter('Crash');
    await confirmRefused(publishSnapshot(chain, venue, sample.staleSurface), 'StaleComponent');
    story.say('A fresh index over the old volatility surface: refused, StaleComponent.');
    const ledger = new Ledger(sample.ledgers.crash);
    const tick = await openTickWith(chain, venue, ledger, crash);
    story.tick(tick, crash.snapshot, margins.crash);
    const target = toLiquidate(sample, margins.crash);
    const told = sample.labels.filter(({ kind }) => kind === 'fate').map(({ index }) => index);
    const sound = healthy(sample, margins.crash);
    story.accounts(
      [...new Set([...told, target, ...margins.crash.bankrupt, sound])],
      margins.calm,
      margins.crash,
    );

    const beneficiary = await chain.keeper.getAddress();
    const prove = <Name extends StatementName>(
      statement: Name,
      index: number,
    ): Promise<Proven<Name>> => {
      const action: Action = statement === 'liquidation' ? 'openLiquidation' : 'drawInsurance';
      const contract =
        venue.addresses[statement === 'liquidation' ? 'liquidationEngine' : 'insuranceFund'];
      note(`proving ${statement} of ${story.nameOf(index)}`);
      return prover.prove(
        prepareStatement(statement, {
          opening: ledger.open(index),
          snapshot: crash.snapshot,
          parameters,
          context: proofContext(chain.chainId, contract, action, beneficiary),
        }),
      );
    };
    const proofs: ProofReport[] = [];
    const draws: DemoReport['draws'][number][] = [];

    story.chapter('A liquidation, opened by a proof');
    story.say(`${story.nameOf(target)} is below maintenance margin:`);
    const liquidation = await prove('liquidation', target);
    story.proven(liquidation);
    const action = await actionOf(chain, liquidation, tick.number);
    await confirmRefused(
      openLiquidation(venue, claimedFor(action, liquidation, sound)),
      'InvalidProof',
    );
    story.say(`  claimed for ${story.nameOf(sound)}, which is healthy: refused, InvalidProof`);
    const opened = await openAndReadBack(chain, venue, action, liquidation);
    story.opened(opened);
    proofs.push(reportOf(liquidation, opened.gas));

    story.chapter('Bankruptcies, drawn from the insurance fund');
    for (const index of margins.crash.bankrupt) {
      story.say(`${story.nameOf(index)} is bankrupt:`);
      const bankruptcy = await prove('bankruptcy', index);
      story.proven(bankruptcy);
      const drawn = await drawAndReadBack(
        chain,
        venue,
        await actionOf(chain, bankruptcy, tick.number),
        bankruptcy,
      );
      story.drawn(drawn);
      proofs.push(reportOf(bankruptcy, drawn.gas));
      const { deficitE6, paidE6 } = drawn.event;
      draws.push({ account: Number(drawn.event.accountIndex), deficitE6, paidE6 });
    }

    story.chapter('Rebound');
    const next = await openTickWith(chain, venue, new Ledger(sample.ledgers.rebound), rebound);
    story.tick(next, rebound.snapshot, margins.rebound);
    await confirmRefused(
      openLiquidation(venue, { ...action, tick: next.number }),
      'WrongLedgerRoot',
    );
    story.say('The old proof under the new ledger: refused, WrongLedgerRoot.');
    story.accounts(told, margins.crash, margins.rebound);

    return {
      accounts: Number(tick.accountCount),
      breached: margins.crash.breached.length,
      bankrupt: margins.crash.bankrupt.length,
      proofs,
      draws,
    };
  } finally {
    await prover.close();
    await chain.close();
  }
}
