// SPDX-License-Identifier: GPL-3.0-or-later
import { z } from 'zod';

import {
  constant,
  decimalBigint,
  integer,
  list,
  oneOf,
  parseDocument,
  pattern,
  text,
} from '../../core/schema.ts';
import { SCALAR_FIELD } from '../../core/scalar-field.ts';
import { toJsonLine } from '../../core/json-output.ts';
import type { PassStatement } from './pass.ts';

/** More than 10⁸ accounts take. */
const MAX_STEPS = 10_000_000;

const element = decimalBigint(0n, SCALAR_FIELD - 1n);
const schema = z.strictObject({
  format: constant('plimsoll-session'),
  version: constant(1),
  session: element,
  ledgerRoot: element,
  snapshotHash: element,
  parameterHash: element,
  accounts: integer(0, 2 ** 24),
  instruments: integer(0, 2 ** 12),
  steps: list(
    z.strictObject({
      // It becomes the name of a file.
      name: pattern(/^(rows-\d{3,}|batch-\d{3,}|close)$/, 'must be rows-…, batch-… or close'),
      statement: oneOf(['risk-arrays', 'solvency-batch', 'solvency-close'] as PassStatement[]),
      profile: text(),
    }),
    MAX_STEPS,
  ),
});

/** What stands beside the proofs of a session: which they are. It proves nothing by itself. */
export type SessionDocument = z.infer<typeof schema>;
export type SessionStep = SessionDocument['steps'][number];

export const parseSession = (source: string, name: string): SessionDocument =>
  parseDocument(schema, source, name);

export const formatSession = (document: Omit<SessionDocument, 'format' | 'version'>): string =>
  `${toJsonLine({ format: 'plimsoll-session', version: 1, ...document })}\n`;
