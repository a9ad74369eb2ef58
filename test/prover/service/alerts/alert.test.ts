// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { signature } from '../../../../prover/service/alerts/alert.ts';

describe('the signature of a webhook', () => {
  it('holds under the old secret and the new one while they are changed', () => {
    const both = signature(['the-new-secret', 'the-old-secret'], 7, '{}').split(',');
    const [time, underNew] = signature('the-new-secret', 7, '{}').split(',');
    const [, underOld] = signature('the-old-secret', 7, '{}').split(',');
    expect(both).toEqual([time, underNew, underOld]);
    expect(underNew).not.toBe(underOld);
    expect(signature('the-new-secret', 8, '{}')).not.toContain(underNew);
  });
});
