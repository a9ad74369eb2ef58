// SPDX-License-Identifier: GPL-3.0-or-later
import { Wallet } from 'ethers';
import { describe, expect, it } from 'vitest';

import { Roles, challengeText } from '../../../../prover/service/api/roles.ts';

const wallet = new Wallet(`0x${'11'.repeat(32)}`);
const owner = BigInt(wallet.address);

describe('roles', () => {
  it('know the operator by the token, and nobody by another', () => {
    const roles = new Roles(['the-operator-token']);
    expect(roles.caller(undefined)).toEqual({ role: 'public' });
    expect(roles.caller('Bearer the-operator-token')).toEqual({ role: 'operator' });
    for (const header of ['Bearer x', 'the-operator-token', 'Basic dGVzdA==', '']) {
      expect(() => roles.caller(header)).toThrow(/nobody’s/);
    }
  });

  it('know an owner who signed a challenge, which serves once', async () => {
    const roles = new Roles(['the-operator-token']);
    const challenge = roles.challenge(owner);
    const signature = await wallet.signMessage(challengeText(challenge, owner));
    const token = roles.session(challenge, signature);
    expect(roles.caller(`Bearer ${token}`)).toEqual({ role: 'owner', owner });
    expect(() => roles.session(challenge, signature)).toThrow(/unknown, used or expired/);
  });

  it('refuse the signature of another, and one over another challenge', async () => {
    const roles = new Roles(['the-operator-token']);
    const [mine, other] = [roles.challenge(owner), roles.challenge(owner)];
    const signature = await wallet.signMessage(challengeText(other, owner));
    expect(() => roles.session(mine, signature)).toThrow(/signed by another/);
    expect(() => roles.session(other, `0x${'00'.repeat(65)}`)).toThrow(/cannot be read|another/);
  });

  it('end by time', async () => {
    let now = 0;
    const roles = new Roles(['the-operator-token'], () => now);
    const late = roles.challenge(owner);
    const challenge = roles.challenge(owner);
    const signature = await wallet.signMessage(challengeText(challenge, owner));
    const token = roles.session(challenge, signature);
    now = 1_000_000;
    expect(() => roles.caller(`Bearer ${token}`)).toThrow(/expired/);
    expect(() => roles.session(late, signature)).toThrow(/expired/);
  });
});
