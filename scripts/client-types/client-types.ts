// SPDX-License-Identifier: GPL-3.0-or-later
import { join } from 'node:path';

import openapiTS, { astToString } from 'openapi-typescript';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

export const CLIENT_TYPES = join(REPOSITORY_ROOT, 'prover/service/client/generated/service-api.ts');

const HEAD = `// SPDX-License-Identifier: GPL-3.0-or-later
// Generated from the service's description by scripts/generate-client.ts. Do not edit.
`;

/** The types of every path of an OpenAPI description. */
export async function clientTypes(description: object): Promise<string> {
  const nodes = await openapiTS(JSON.stringify(description), { alphabetize: true });
  // A tag that the API reference does not know, for what a comment says anyway.
  return `${HEAD}\n${astToString(nodes).replaceAll('@description ', '')}`;
}
