// SPDX-License-Identifier: GPL-3.0-or-later
import type { Logger } from 'pino';

import { readTextFile } from '../core/files.ts';
import {
  loadDefaultParameters,
  parseParameters,
  type ParameterSet,
} from '../documents/parameters-document.ts';
import { fastestHasher } from '../proving/backends/native-hasher.ts';
import { refusalOf } from './api/faults.ts';
import { createServer } from './api/server.ts';
import type { ServiceConfig } from './config/config.ts';
import { LedgerFolder } from './ledger/ledger-folder.ts';
import { FleetProver } from './proving/fleet-prover.ts';
import { ForkedProver, type ProofMaker } from './proving/proof-maker.ts';
import { joinChain, shadowChain, type JoinedChain } from './join-chain.ts';
import { Joining } from './joining.ts';
import { Service } from './service.ts';
import { openStore } from './store/store.ts';

/** A service that answers at `url`. */
export interface RunningService {
  readonly url: string;
  readonly service: Service;
  /** Where a chain is followed, once its node has answered. */
  readonly joined: JoinedChain | undefined;
  stop(): Promise<void>;
}

/** The default set, and those that the configuration names beside it. */
export const parameterSets = ({ chain }: ServiceConfig): readonly ParameterSet[] => [
  loadDefaultParameters(),
  ...(chain?.parameters ?? []).map((path) =>
    parseParameters(readTextFile(path, 'chain.parameters')),
  ),
];

/** Takes ledgers from the folder that the configuration names, if it names one. */
async function watchedFolder(
  service: Service,
  { ledgerFolder, limits }: ServiceConfig,
  logger: Logger,
): Promise<LedgerFolder | undefined> {
  if (ledgerFolder === undefined) return undefined;
  const folder = new LedgerFolder(service, {
    folder: ledgerFolder,
    bodyBytes: limits.bodyBytes,
    refusalOf,
    log: (about, what) => logger.info(about, what),
  });
  await folder.start();
  return folder;
}

/**
 * Takes its place, restores what the journal has, and answers. `lost` is called when the place is
 * another's: the process must end then, whatever it is doing.
 */
export async function runService(
  config: ServiceConfig,
  logger: Logger,
  lost: () => void,
): Promise<RunningService> {
  const store = await openStore({
    folder: config.folder,
    databaseUrl: config.databaseUrl,
    standby: () => logger.info('another owner has the lease: standing by'),
    lost,
    fault: (error) => logger.warn({ err: error }, 'the database or its queue reports a fault'),
  });
  try {
    const service = await Service.start(store, config, parameterSets(config), fastestHasher());
    service.onFault = (error) => logger.error({ err: error }, 'alerts and proofs fall behind');
    const { chain, submitting, stepping, shadow, workers } = config;
    const maker = async (): Promise<ProofMaker> =>
      workers === undefined
        ? new ForkedProver()
        : await FleetProver.start(store.boss, new ForkedProver(), logger);
    let joining: Joining | undefined;
    if (chain !== undefined) {
      const join = async (): Promise<JoinedChain> =>
        shadow === true
          ? await shadowChain(service, chain, logger)
          : await joinChain(service, chain, { submitting, stepping, maker }, logger);
      joining = await Joining.start(join, (error) => logger.warn({ err: error }, 'the chain'));
    } else if (config.proving !== undefined) {
      await service.startProving(await maker(), config.proving);
    }
    const folder = await watchedFolder(service, config, logger);
    const server = await createServer(service, config, logger, {
      get fault() {
        return joining?.fault;
      },
      get openings() {
        return joining?.joined?.openings;
      },
      get liquidations() {
        return joining?.joined?.link.view.liquidations();
      },
      get view() {
        return joining?.joined?.link.view;
      },
      get movingMargin() {
        return joining?.joined?.link.movingMargin;
      },
    });
    const url = await server.listen(config.listen);
    logger.info(
      { url, database: store.database.kind, ledger: service.ledger.state.sequence },
      'up',
    );
    const stop = async (): Promise<void> => {
      await server.close();
      await joining?.stop();
      await folder?.stop();
      await service.stop();
    };
    return {
      url,
      service,
      get joined() {
        return joining?.joined;
      },
      stop,
    };
  } catch (error) {
    await store.close();
    throw error;
  }
}
