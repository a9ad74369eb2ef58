// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { REPOSITORY_ROOT } from '../../prover/core/root.ts';
import { analysePrivileges } from '../../scripts/privileges/analyse.ts';
import { PRIVILEGES_DOC_PATH, renderPrivileges } from '../../scripts/privileges/render.ts';

const { privileges, unexplained } = analysePrivileges(REPOSITORY_ROOT);

describe('the table of privileged functions', () => {
  it('is what scripts/generate-privileges.ts writes from the code of today', () => {
    const path = join(REPOSITORY_ROOT, PRIVILEGES_DOC_PATH);
    expect(readFileSync(path, 'utf8')).toBe(renderPrivileges(REPOSITORY_ROOT));
  });

  it('states a delay for whatever owner, guardian or deployer may do', () => {
    const silent = privileges.filter(
      ({ isGovernance, delay }) => isGovernance && delay === undefined,
    );
    expect(silent.map(({ contract, name }) => `${contract}.${name}`)).toEqual([]);
  });

  it('says what each of them does', () => {
    expect(privileges.filter(({ notice }) => notice === '')).toEqual([]);
  });

  it('leaves no check of a caller unexplained', () => {
    // What the fund pays late may be small: no privilege, and the only comparison that is no check.
    const known = ['amountE6 < _minDepositE6 && msg.sender == _fund()'];
    const strange = unexplained.filter(({ text }) => !known.some((part) => text.includes(part)));
    expect(strange).toEqual([]);
  });

  it('finds what is known to be there', () => {
    const found = privileges.map(({ contract, name, role }) => `${role}: ${contract}.${name}`);
    for (const known of [
      'guardian: MarketFeed.halt',
      'guardian: MarketFeed.suspendSigner',
      'guardian: MedianGate.suspendSource',
      'owner: MarketFeed.proposeQuorum',
      'owner: MarketFeed.proposeGuardian',
      'owner: RiskParameters.proposeTightening',
      'owner: MarketFeed.transferOwnership',
      'deployer: LedgerRegistry.bind',
      'engine: Vault.escrowFrom',
      'engine: LedgerRegistry.appendEngine',
      'engine: LedgerRegistry.appendEngineRun',
      'vault: LedgerRegistry.appendUser',
      'fund: Vault.escrowFromFund',
    ]) {
      expect(found).toContain(known);
    }
  });

  it('lets nobody own the money', () => {
    const owned = privileges.filter(({ role }) => role === 'owner').map(({ contract }) => contract);
    for (const contract of ['Vault', 'LiquidationEngine', 'InsuranceFund', 'Backstop']) {
      expect(owned).not.toContain(contract);
    }
  });
});
