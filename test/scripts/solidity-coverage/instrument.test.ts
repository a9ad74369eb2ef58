// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import { instrument } from '../../../scripts/solidity-coverage/instrument.ts';

const contractOf = (body: string): string =>
  `pragma solidity ^0.8.28; contract A { uint256 x; function f(uint256 a) external { ${body} } }`;

describe('a source that tells what of it is executed', () => {
  it.each([
    [
      'an else-if of a block, and more after it',
      'if (a > 1) { x = 1; } else if (a > 0) { x = 2; } if (a > 2) x = 3; else if (a > 3) x = 4; x = 5;',
    ],
    [
      'bodies without braces',
      'for (uint256 i = 0; i < a; ++i) if (a > i && x < i) x = i; else x = a > 1 ? 1 : 2;',
    ],
    ['a loop within a branch', 'if (a > 1) while (x < a) { ++x; } x = 0;'],
  ])('still is one: %s', (_, body) => {
    const { source, probes } = instrument('A.sol', contractOf(body), 'Probes.sol', 0);
    // It is parsed again, which throws for what is no Solidity.
    const again = instrument('A.sol', source, 'Probes.sol', probes.length);
    const statements = (of: typeof probes) => of.filter(({ kind }) => kind === 'statement');
    const own = statements(again.probes).filter(({ text }) => !text.startsWith('Probes.'));
    expect(own).toHaveLength(statements(probes).length);
  });
});
