// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, decodeBytes32String } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { exportedAbi } from '../../prover/chain/abi.ts';
import { verifierArtifact } from '../../prover/chain/artifact.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { deployCompiled, type LocalVenue } from '../../prover/chain/deploy.ts';
import { verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { ContractProof } from '../../prover/chain/submit.ts';
import { findArtifact, loadArtifactManifest } from '../../prover/proving/artifacts.ts';
import { ARTIFACTS, expectRefusal, startChain, type TestChain } from '../support/chain.ts';
import { compareGas } from '../support/gas.ts';
import {
  CRASH_LEDGER,
  accountMarginProof,
  accountNamed,
  bankruptcyProof,
  closeProver,
  crashVenue,
  liquidationProof,
  rerandomised,
  type GatedProof,
} from '../support/proofs.ts';

const STATEMENTS = ['liquidation', 'bankruptcy', 'account-margin'] as const;
/** Those that are built and deployed here. */
const PROFILES = {
  liquidation: ['7', '16'],
  bankruptcy: ['7', '16'],
  'account-margin': ['4', '16'],
} as const;
const MAX_VERIFICATION_GAS = 270_000n;

describe('generated verifiers', () => {
  let chain: TestChain;
  let venue: LocalVenue;
  let proofs: Record<(typeof STATEMENTS)[number], GatedProof>;

  beforeAll(async () => {
    ({ chain, venue } = await crashVenue());
    const context = 12_345n;
    const debtor = accountNamed('bankrupt-paid-in-full');
    proofs = {
      liquidation: await liquidationProof(CRASH_LEDGER, debtor, context),
      bankruptcy: await bankruptcyProof(CRASH_LEDGER, debtor, context),
      'account-margin': await accountMarginProof({
        ledger: CRASH_LEDGER,
        account: debtor,
        context,
      }),
    };
  });
  afterAll(async () => {
    await chain.close();
    await closeProver();
  });

  const verifier = (statement: (typeof STATEMENTS)[number], profile: string): Contract =>
    new Contract(
      (venue.verifiers[statement] as Readonly<Record<string, string>>)[profile]!,
      exportedAbi('IGroth16Verifier'),
      chain.accounts[0]!,
    );
  const verify = (
    statement: (typeof STATEMENTS)[number],
    proof: ContractProof,
    publicSignals: readonly bigint[],
  ): Promise<boolean> => {
    const { profile } = proofs[statement];
    const args = [proof, [...publicSignals]];
    return read(verifier(statement, profile), 'verify', args, z.boolean());
  };

  describe.each(STATEMENTS)('of %s', (statement) => {
    it('let anyone check a proof by a read-only call', async () => {
      const { proof, publicSignals } = proofs[statement];
      expect(await verify(statement, proof, publicSignals)).toBe(true);
      expect(await verify(statement, await rerandomised(proof), publicSignals)).toBe(true);
    });

    it('answer false, without reverting, to any changed signal', async () => {
      const { proof, publicSignals } = proofs[statement];
      for (const [position, signal] of publicSignals.entries()) {
        const changed = publicSignals.with(position, (signal + 1n) % SCALAR_FIELD);
        expect(await verify(statement, proof, changed)).toBe(false);
        const second = publicSignals.with(position, signal + SCALAR_FIELD);
        expect(await verify(statement, proof, second)).toBe(false);
      }
    });

    it('answer false to a wrong number of signals and to points off the curve', async () => {
      const { proof, publicSignals } = proofs[statement];
      expect(await verify(statement, proof, publicSignals.slice(1))).toBe(false);
      expect(await verify(statement, proof, [...publicSignals, 0n])).toBe(false);
      const offCurve = { ...proof, a: [proof.a[0], proof.a[1] + 1n] as [bigint, bigint] };
      expect(await verify(statement, offCurve, publicSignals)).toBe(false);
    });

    it('verify within 270,000 gas, and cost what is recorded', async () => {
      const { proof, publicSignals, profile } = proofs[statement];
      const contract = verifier(statement, profile);
      const receipt = await send(contract, 'verify', [proof, [...publicSignals]]);
      expect(receipt.gasUsed).toBeLessThanOrEqual(MAX_VERIFICATION_GAS);
      await compareGas(`verify ${statement}`, receipt);
    });

    it.each(PROFILES[statement])(
      'profile %s: name their statement, their key and the circuit it was made from',
      async (profile) => {
        const artifact = findArtifact(loadArtifactManifest(), statement, profile);
        const contract = verifier(statement, profile);
        const hash = (method: string): Promise<string> => read(contract, method, [], z.string());
        expect(decodeBytes32String(await hash('statement'))).toBe(statement);
        expect(await hash('keyHash')).toBe(`0x${artifact.files.zkey.sha256}`);
        expect(await hash('r1csHash')).toBe(`0x${artifact.files.r1cs.sha256}`);
        expect(await read(contract, 'positions', [], z.bigint())).toBe(BigInt(profile));
        expect(await read(contract, 'publicSignalCount', [], z.bigint())).toBe(
          BigInt(proofs[statement].publicSignals.length),
        );
      },
    );

    it.each(PROFILES[statement])(
      'profile %s: made from a development key, refuse to exist off local chains',
      async (profile) => {
        const real = await startChain({ chainId: 10 });
        const artifact = verifierArtifact(ARTIFACTS, verifierName(statement, profile));
        await expectRefusal(deployCompiled(real.accounts[0]!, artifact, []), 'NotLocalChain', [
          10n,
        ]);
        await real.close();
      },
    );
  });
});
