// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { ContractFactory, Interface, type InterfaceAbi } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { verifierArtifact, type ContractArtifact } from '../../../prover/chain/artifact.ts';
import { deployVerifier } from '../../../prover/chain/deploy.ts';
import { verifierName } from '../../../prover/toolchain/circuits/verifier.ts';
import {
  hasDevelopmentKey,
  requireDeployable,
} from '../../../prover/chain/development-verifier.ts';
import type { Profile } from '../../../prover/chain/config.ts';
import { REPOSITORY_ROOT } from '../../../prover/core/root.ts';
import { loadArtifactManifest, readArtifactFile } from '../../../prover/proving/artifacts.ts';
import { parseVerificationKey } from '../../../prover/proving/formats/verification-key.ts';
import { findStatement, loadManifest } from '../../../prover/statements/manifest.ts';
import { verifierContract } from '../../../prover/toolchain/circuits/verifier.ts';
import { ARTIFACTS, startChain } from '../../support/chain.ts';

interface Solc {
  compile(input: string): string;
}
interface Compiled {
  contracts: Record<
    string,
    Record<string, { abi: InterfaceAbi; evm: { bytecode: { object: string } } }>
  >;
}

const artifact = loadArtifactManifest().artifacts.find(
  ({ statement }) => statement === 'bankruptcy',
)!;
const name = verifierName('bankruptcy', artifact.profile as Profile);

/** The verifier of a development key that somebody called a ceremony: no guard in its constructor. */
function compileRelabelled(): ContractArtifact {
  const key = Buffer.from(readArtifactFile(artifact.files.verificationKey)).toString('utf8');
  const content = verifierContract({
    statement: findStatement(loadManifest(REPOSITORY_ROOT), artifact.statement),
    profile: artifact.profile,
    verificationKey: parseVerificationKey(key, { setup: 'insecure-development' }),
    key: 'ceremony',
    zkeyHash: artifact.files.zkey.sha256,
    r1csHash: artifact.files.r1cs.sha256,
  });
  const solc = createRequire(import.meta.url)('solc') as Solc;
  const source = (path: string) => readFileSync(join(REPOSITORY_ROOT, 'contracts', path), 'utf8');
  const input = {
    language: 'Solidity',
    sources: {
      'verifiers/V.sol': { content },
      'interfaces/IGroth16Verifier.sol': { content: source('interfaces/IGroth16Verifier.sol') },
    },
    settings: {
      evmVersion: 'cancun',
      optimizer: { enabled: true, runs: 10_000 },
      outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
    },
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input))) as Compiled;
  const { abi, evm } = output.contracts['verifiers/V.sol']![name]!;
  return { abi: new Interface(abi), bytecode: `0x${evm.bytecode.object}` };
}

describe('a verifier of a development key whose source calls it a ceremony', () => {
  let relabelled: ContractArtifact;
  let real: Awaited<ReturnType<typeof startChain>>;

  beforeAll(async () => {
    relabelled = compileRelabelled();
    real = await startChain({ chainId: 10 });
  });
  afterAll(() => real.close());

  it('would stand on any chain, for nothing in it refuses', async () => {
    const factory = new ContractFactory(relabelled.abi, relabelled.bytecode, real.accounts[0]!);
    const contract = await (await factory.deploy()).waitForDeployment();
    expect(await real.provider.getCode(await contract.getAddress())).not.toBe('0x');
  });

  it('is refused by the deployment, which knows the key in its code', async () => {
    await expect(deployVerifier(real.accounts[0]!, name, relabelled)).rejects.toMatchObject({
      code: 'DEVELOPMENT_KEY',
      message: expect.stringContaining('chain 10 is not local'),
    });
  });

  it('is known by its code on the chain as well', async () => {
    const factory = new ContractFactory(relabelled.abi, relabelled.bytecode, real.accounts[0]!);
    const contract = await (await factory.deploy()).waitForDeployment();
    const code = await real.provider.getCode(await contract.getAddress());
    expect(hasDevelopmentKey(code)).toBe(true);
  });
});

describe('the deployment of verifiers', () => {
  it('takes a development verifier on the local chain, and there only', () => {
    const { bytecode } = verifierArtifact(ARTIFACTS, name);
    expect(hasDevelopmentKey(bytecode)).toBe(true);
    expect(() => requireDeployable(name, bytecode, 31_337n)).not.toThrow();
    for (const chainId of [1n, 1_337n, 31_338n]) {
      expect(() => requireDeployable(name, bytecode, chainId)).toThrow('development key');
    }
  });

  it('asks nothing of a contract without such a key', () => {
    expect(() => requireDeployable('Other', '0x6001', 1n)).not.toThrow();
  });
});
