// SPDX-License-Identifier: GPL-3.0-or-later
import { flushCompileCache } from 'node:module';

import { readServiceConfig } from '../../service/config/config.ts';
import { secretsOf } from '../../service/config/secrets.ts';
import { serviceLogger } from '../../service/log/logger.ts';
import { runService } from '../../service/run.ts';

/**
 * The process that torture kills: `serve`, told over the channel of its parent when its code is loaded and
 * where it answers.
 */
// One that is killed writes no cache of its code, and the next would read it all again.
flushCompileCache();
process.send?.({ isLoaded: true });
const config = readServiceConfig(process.argv[2] ?? '');
const logger = serviceLogger(process.env['PLIMSOLL_LOG'] ?? 'fatal', secretsOf(config));
const { url } = await runService(config, logger, () => process.exit(1));
process.send?.({ url });
// However the parent ended, nothing is left behind.
process.on('disconnect', () => process.exit());
