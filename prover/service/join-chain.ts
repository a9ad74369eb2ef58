// SPDX-License-Identifier: GPL-3.0-or-later
import type { Logger } from 'pino';

import { readSender } from '../chain/remote-signer.ts';
import { readStanding, solvencyRegister } from '../chain/solvency-register.ts';
import type { VenueDocument } from '../chain/venue-document.ts';
import { readFund } from '../keeper/venue-status.ts';
import { ChainLink } from './chain/chain-link.ts';
import type { ChainConfig, SteppingConfig, SubmittingConfig } from './config/chain-settings.ts';
import type { ProofMaker } from './proving/proof-maker.ts';
import type { Service } from './service.ts';
import { OpeningDesk } from './submitter/opening-desk.ts';
import { RpcSubmissionChain } from './submitter/rpc-submission-chain.ts';
import { ShadowDesk } from './submitter/shadow-desk.ts';
import { StepDesk } from './submitter/step-desk.ts';
import { Submitter } from './submitter/submitter.ts';

/** A service that follows its venue's contracts, and opens there whom it has proven. */
export interface JoinedChain {
  readonly link: ChainLink;
  /** Undefined where nothing is sent. */
  readonly openings: OpeningDesk | undefined;
  readonly shadow?: ShadowDesk;
  /** Where it takes margin steps. */
  readonly steps?: StepDesk | undefined;
  stop(): Promise<void>;
}

async function openOpenings(
  service: Service,
  link: ChainLink,
  { keystore, signer: held, batch, ...rules }: SubmittingConfig,
  beneficiary: string | undefined,
  logger: Logger,
): Promise<{
  readonly openings: OpeningDesk;
  readonly beneficiary: string;
  readonly sender: string;
}> {
  const signer = held ?? (await readSender(keystore, 'submitting.keystore'));
  const chain = await RpcSubmissionChain.open(link.provider, link.venue, signer);
  const submitter = await Submitter.restore(service.store.journal, chain, rules);
  const rewarded = beneficiary ?? signer.address;
  const openings = new OpeningDesk(
    submitter,
    chain,
    { beneficiary: rewarded, batch },
    {
      tickOf: (proof) => link.admissibleTick(proof),
      isUnderLiquidation: (account, nonce) =>
        link.view.liquidation(BigInt(account), nonce) !== undefined,
      log: (what, about) => logger.info(about, what),
    },
  );
  return { openings, beneficiary: rewarded, sender: signer.address };
}

/**
 * Follows a venue and compares what it would open with what others open there; proves and sends nothing.
 * Throws as `joinChain` does.
 */
export async function shadowChain(
  service: Service,
  config: ChainConfig,
  logger: Logger,
): Promise<JoinedChain> {
  const link = await ChainLink.open(config, service);
  const shadow = new ShadowDesk((what, about) => logger.info(about, what));
  link.start({
    looked: async () => {
      await readCover(service, link, config.venue);
      const number = service.tick?.chain?.number;
      if (number === undefined) return;
      shadow.look({ number, short: service.shortAtTick() }, link.view.liquidations());
    },
    fault: (error) => logger.warn({ err: error }, 'the chain'),
  });
  return { link, openings: undefined, shadow, stop: () => link.stop() };
}

/** What the register of sessions and the fund say to admission. */
async function readCover(
  { admission }: Service,
  { venue, provider }: ChainLink,
  document: VenueDocument,
): Promise<void> {
  if (admission === undefined) return;
  const isFollowed = document.contracts.solvencyRegister !== undefined;
  const isCovered =
    !isFollowed || (await readStanding(solvencyRegister(document, provider))) === 'covered';
  const { freeE6 } = await readFund(venue);
  admission.setCover(isCovered, freeE6);
}

/** What a service does on its chain beside following it. */
export interface ChainWork {
  readonly submitting: SubmittingConfig | undefined;
  readonly stepping: SteppingConfig | undefined;
  /** Who makes its proofs. */
  readonly maker: () => Promise<ProofMaker>;
}

/** Throws where the nodes are of another chain or the contracts are not there. */
export async function joinChain(
  service: Service,
  config: ChainConfig,
  { submitting, stepping, maker }: ChainWork,
  logger: Logger,
): Promise<JoinedChain> {
  const link = await ChainLink.open(config, service);
  try {
    const sending =
      submitting === undefined
        ? undefined
        : await openOpenings(service, link, submitting, config.beneficiary, logger);
    const openings = sending?.openings;
    const fault = (error: unknown): void => logger.warn({ err: error }, 'the chain');
    const steps =
      stepping === undefined
        ? undefined
        : await StepDesk.open(
            stepping,
            config,
            link.provider,
            service.parameterSets,
            sending?.sender,
            { log: (what, about) => logger.info(about, what), fault },
          );
    const beneficiary = sending?.beneficiary ?? config.beneficiary;
    if (beneficiary !== undefined) {
      const { chainId, contracts, verifiers } = config.venue;
      const desk = await service.startProving(await maker(), {
        chainId,
        liquidationEngine: contracts.liquidationEngine,
        beneficiary,
        profiles: new Set(Object.keys(verifiers.liquidation)),
      });
      desk.onProof = (proof) => {
        openings?.add(proof);
        openings?.work().catch(fault);
      };
    }
    service.due.onHeldOff = ({ account, reason }) => logger.info({ account, reason }, 'left alone');
    const looked = async (): Promise<void> => {
      await readCover(service, link, config.venue);
      steps?.work();
      await openings?.work();
    };
    link.start({ looked, fault });
    const stop = async (): Promise<void> => {
      await steps?.stop();
      await link.stop();
    };
    return { link, openings, steps, stop };
  } catch (error) {
    await link.stop();
    throw error;
  }
}
