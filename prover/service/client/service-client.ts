// SPDX-License-Identifier: GPL-3.0-or-later
import createClient, { type Client } from 'openapi-fetch';

import type { paths } from './generated/service-api.ts';

/** A service, path by path: what is sent and what comes back has the types of its description. */
export type ServiceClient = Client<paths>;

export interface ServiceClientOptions {
  /** Where the service answers, such as `http://127.0.0.1:8645`. */
  readonly url: string;
  /** The operator's, or that of an owner's session; asked before each request, so that it may change. */
  readonly token?: (() => string | undefined) | undefined;
  /** In place of the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** A typed client of the operator's service; a refusal is in `error`, and nothing is thrown for it. */
export function serviceClient({ url, token, fetch }: ServiceClientOptions): ServiceClient {
  const client = createClient<paths>({ baseUrl: url, ...(fetch === undefined ? {} : { fetch }) });
  client.use({
    onRequest: ({ request }) => {
      const held = token?.();
      if (held !== undefined) request.headers.set('authorization', `Bearer ${held}`);
      return request;
    },
  });
  return client;
}
