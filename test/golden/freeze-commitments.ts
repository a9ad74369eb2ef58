// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Freezes docs/vectors/commitments.json again, after a change of the formats that is meant:
 *
 *     node test/golden/freeze-commitments.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { COMMITMENT_VECTORS_PATH, formatCommitmentVectors } from '../support/commitment-vectors.ts';

mkdirSync(dirname(COMMITMENT_VECTORS_PATH), { recursive: true });
writeFileSync(COMMITMENT_VECTORS_PATH, formatCommitmentVectors());
