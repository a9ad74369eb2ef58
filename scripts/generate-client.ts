// SPDX-License-Identifier: GPL-3.0-or-later

/** Writes the types of the service's client from its own description; a test fails when the two drift. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readServiceConfig } from '../prover/service/config/config.ts';
import { serviceLogger } from '../prover/service/log/logger.ts';
import { runService } from '../prover/service/run.ts';
import { CLIENT_TYPES, clientTypes } from './client-types/client-types.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-client-'));
const path = join(folder, 'service.json');
const listen = { host: '127.0.0.1', port: 0 };
writeFileSync(
  path,
  JSON.stringify({ format: 'plimsoll.service', version: 1, folder: 'state', listen }),
);
const config = readServiceConfig(path, { PLIMSOLL_OPERATOR_TOKEN: 'the-operator-of-a-generator' });
const running = await runService(config, serviceLogger('error'), () => process.exit(1));
try {
  const answer = await fetch(`${running.url}/openapi.json`);
  writeFileSync(CLIENT_TYPES, await clientTypes((await answer.json()) as object));
} finally {
  await running.stop();
  rmSync(folder, { recursive: true });
}
