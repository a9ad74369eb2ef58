// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * `npm run fuzz:api`: a real service on the sample, and Schemathesis against its OpenAPI description: no
 * answer of 5xx, none that is not declared. Needs `schemathesis` on the path (`pipx install schemathesis`),
 * or its place in SCHEMATHESIS. What is given after `--` goes to Schemathesis.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Ledger } from '../prover/commitments/ledger.ts';
import { formatLedger } from '../prover/documents/ledger-document.ts';
import { loadSample } from '../prover/sample/sample.ts';
import { readServiceConfig } from '../prover/service/config/config.ts';
import { serviceLogger } from '../prover/service/log/logger.ts';
import { runService } from '../prover/service/run.ts';

const OPERATOR = 'the-operator-of-a-fuzzer';
const WORKER = 'the-worker-of-a-fuzzer';
/** Whose token is shown, and what is asked with it. */
const ROLES: readonly { readonly token: string; readonly paths: readonly string[] }[] = [
  // Streams do not end; a service that is not ready says 503, as it declares.
  {
    token: OPERATOR,
    paths: ['/alerts', '/page/events', '/ready'].flatMap((path) => ['--exclude-path', path]),
  },
  // What a worker's token opens, and nobody else's.
  { token: WORKER, paths: ['--include-path', '/artifacts/{digest}'] },
];
const CHECKS =
  'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-'));
const path = join(folder, 'service.json');
writeFileSync(
  path,
  JSON.stringify({
    format: 'plimsoll.service',
    version: 1,
    folder: 'state',
    listen: { host: '127.0.0.1', port: 0 },
    limits: { bodyBytes: 2 ** 24, requestsPerMinute: 1_000_000 },
  }),
);
const config = readServiceConfig(path, {
  PLIMSOLL_OPERATOR_TOKEN: OPERATOR,
  PLIMSOLL_WORKER_TOKEN: WORKER,
});
const running = await runService(config, serviceLogger('error'), () => process.exit(1));
try {
  const { ledgers, snapshots } = loadSample();
  const root = new Ledger(ledgers.crash).root.toString();
  const ledger: unknown = JSON.parse(formatLedger(ledgers.crash));
  await running.service.putLedger({ sequence: 1, root, ledger });
  await running.service.putSnapshot(snapshots.crash.document);
  const description = join(folder, 'openapi.json');
  const answer = await fetch(`${running.url}/openapi.json`);
  writeFileSync(description, await answer.text());
  const fixed = ['--checks', CHECKS, '--seed', '1', '--max-examples', '100'];
  const fuzz = async ({ token, paths }: (typeof ROLES)[number]): Promise<number> => {
    const args = ['run', description, '--url', running.url, '-H', `Authorization: Bearer ${token}`];
    const fuzzer = spawn(
      process.env['SCHEMATHESIS'] ?? 'schemathesis',
      [...args, ...fixed, ...paths, ...process.argv.slice(2)],
      { stdio: 'inherit' },
    );
    return await new Promise<number>((resolve, reject) => {
      fuzzer.on('exit', (code) => resolve(code ?? 1));
      fuzzer.on('error', reject);
    });
  };
  for (const role of ROLES)
    process.exitCode = Math.max(Number(process.exitCode ?? 0), await fuzz(role));
} finally {
  await running.stop();
  rmSync(folder, { recursive: true });
}
