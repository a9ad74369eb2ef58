// SPDX-License-Identifier: GPL-3.0-or-later
import { pino, type Logger } from 'pino';

import { loadDefaultParameters } from '../documents/parameters-document.ts';
import { fastestHasher } from '../proving/backends/native-hasher.ts';
import { createServer } from './api/server.ts';
import type { ServiceConfig } from './config/config.ts';
import { ForkedProver } from './proving/proof-maker.ts';
import { Service } from './service.ts';
import { openStore } from './store/store.ts';

/** A service that answers at `url`. */
export interface RunningService {
  readonly url: string;
  readonly service: Service;
  stop(): Promise<void>;
}

/** JSON lines on standard error; standard output is the command's. No header is logged: they hold tokens. */
export const serviceLogger = (level: string): Logger =>
  pino({ level, redact: ['req.headers', 'res.headers'] }, pino.destination({ fd: 2, sync: true }));

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
    fault: (error) => logger.warn({ err: error }, 'the queue reports a fault'),
  });
  try {
    const service = await Service.start(store, config, loadDefaultParameters(), fastestHasher());
    if (config.proving !== undefined) {
      await service.startProving(new ForkedProver(), config.proving);
    }
    const server = await createServer(service, config, logger);
    const url = await server.listen(config.listen);
    logger.info(
      { url, database: store.database.kind, ledger: service.ledger.state.sequence },
      'up',
    );
    const stop = async (): Promise<void> => {
      await server.close();
      await service.stop();
    };
    return { url, service, stop };
  } catch (error) {
    await store.close();
    throw error;
  }
}
