// SPDX-License-Identifier: GPL-3.0-or-later
import type { ServiceConfig } from '../../prover/service/config/config.ts';

/** A service in `folder` on the embedded database, that nobody limits, with what a test says otherwise. */
export const serviceConfig = (
  folder: string,
  said: Partial<ServiceConfig> = {},
): ServiceConfig => ({
  folder,
  databaseUrl: undefined,
  operatorToken: 'the-token-of-the-operator',
  listen: { host: '127.0.0.1', port: 0 },
  rules: { distanceBps: 500, releaseBps: 200 },
  webhooks: [],
  proving: undefined,
  chain: undefined,
  limits: { bodyBytes: 2 ** 24, requestsPerMinute: 100_000 },
  ...said,
});
