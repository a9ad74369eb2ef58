// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * Freezes the test vectors of docs/integration.md again, after a change of the rule that is meant:
 *
 *     node test/golden/freeze-messages.ts
 */
import { writeFileSync } from 'node:fs';

import { messageVectors, VECTORS_PATH } from '../support/message-vectors.ts';

writeFileSync(VECTORS_PATH, `${JSON.stringify(messageVectors(), null, 2)}\n`);
