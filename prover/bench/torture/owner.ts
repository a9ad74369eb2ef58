// SPDX-License-Identifier: GPL-3.0-or-later
import { readServiceConfig } from '../../service/config/config.ts';
import { secretsOf } from '../../service/config/secrets.ts';
import { serviceLogger } from '../../service/log/logger.ts';
import { runService } from '../../service/run.ts';

/** The process that torture kills: `serve`, told where it answers over the channel of its parent. */
const config = readServiceConfig(process.argv[2] ?? '');
const logger = serviceLogger(process.env['PLIMSOLL_LOG'] ?? 'fatal', secretsOf(config));
const { url } = await runService(config, logger, () => process.exit(1));
process.send?.({ url });
// However the parent ended, nothing is left behind.
process.on('disconnect', () => process.exit());
