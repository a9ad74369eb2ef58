// SPDX-License-Identifier: GPL-3.0-or-later
import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';

import { PlimsollError } from '../../core/errors.ts';
import { REPOSITORY_ROOT } from '../../core/root.ts';
import { loadArtifactManifest, type ArtifactFile } from '../../proving/artifacts.ts';
import { ORDERED_STATEMENTS } from '../proving/proof-order.ts';
import type { Api } from './figure-routes.ts';
import type { Caller } from './roles.ts';
import * as schemas from './schemas.ts';
import { inType } from './schemas.ts';

/** What these routes ask of the server they stand in. */
export interface ArtifactDoor {
  readonly errors: typeof schemas.errors;
  callerOf(request: { headers: { authorization?: string | undefined } }): Caller;
}

const ordered: readonly string[] = ORDERED_STATEMENTS;

/** Keys and circuits of what a service has its workers prove, by their hash. */
export function artifactRoutes(api: Api, { errors, callerOf }: ArtifactDoor): void {
  let listed: ReadonlyMap<string, ArtifactFile> | undefined;
  const find = (digest: string): ArtifactFile | undefined => {
    listed ??= new Map(
      loadArtifactManifest()
        .artifacts.filter(({ statement }) => ordered.some((name) => name === statement))
        .flatMap(({ files }) => Object.values(files).map((file) => [file.sha256, file] as const)),
    );
    return listed.get(digest);
  };
  api.get(
    '/artifacts/:digest',
    {
      onRequest: async (request) => {
        const { role } = callerOf(request);
        if (role === 'worker' || role === 'operator') return;
        if (role === 'public') throw new PlimsollError('UNAUTHORIZED', 'needs a worker’s token');
        throw new PlimsollError('FORBIDDEN', 'is for workers');
      },
      schema: {
        description: 'A key or circuit by its SHA-256, for workers, who compare it.',
        security: [{ token: [] }],
        params: schemas.artifactParams,
        response: { 200: inType('application/octet-stream', schemas.bytes), ...errors },
      },
    },
    async ({ params: { digest } }, reply) => {
      const file = find(digest);
      if (file === undefined) {
        throw new PlimsollError(
          'NO_SUCH_ARTIFACT',
          `nothing with the hash ${digest} is built here`,
        );
      }
      return await reply
        .type('application/octet-stream')
        .header('content-length', file.bytes)
        .serializer((payload) => payload as string)
        .send(createReadStream(resolve(REPOSITORY_ROOT, file.path)));
    },
  );
}
