// SPDX-License-Identifier: GPL-3.0-or-later
import { Contract, ContractFactory, type Signer } from 'ethers';

import type { ContractArtifact } from '../artifact.ts';
import { asRefusal, send } from '../refusal.ts';

/** A contract that is there, and how it is spoken to. */
export interface PlacedContract {
  readonly address: string;
  readonly abi: ContractArtifact['abi'];
}

/**
 * Sends the transactions of a deployment, each when the one before is mined. Both throw
 * `ContractRefused` where a contract says no.
 */
export interface Transactor {
  /** Who sends. */
  readonly address: string;
  /** `name` says what it is of the venue; no two are called the same. */
  create(name: string, artifact: ContractArtifact, args: readonly unknown[]): Promise<string>;
  call(name: string, to: PlacedContract, method: string, args: readonly unknown[]): Promise<void>;
}

/** Sends through a signer, and remembers nothing: for chains inside the process. */
export async function signerTransactor(signer: Signer): Promise<Transactor> {
  return {
    address: await signer.getAddress(),
    create: async (_name, artifact, args) => {
      const factory = new ContractFactory(artifact.abi, artifact.bytecode, signer);
      try {
        const contract = await factory.deploy(...args);
        await contract.waitForDeployment();
        return await contract.getAddress();
      } catch (error) {
        throw asRefusal(artifact.abi, error);
      }
    },
    call: async (_name, { address, abi }, method, args) => {
      await send(new Contract(address, abi, signer), method, args);
    },
  };
}
