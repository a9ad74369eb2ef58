// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

import { Interface, type InterfaceAbi } from 'ethers';

import type { ContractArtifact } from '../../prover/chain/artifact.ts';
import { verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import { REPOSITORY_ROOT } from '../../prover/core/root.ts';

const require = createRequire(import.meta.url);
const { compile } = require('solc') as { compile(input: string): string };

const source = (path: string): string => readFileSync(join(REPOSITORY_ROOT, path), 'utf8');

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<
    Record<
      string,
      Record<
        string,
        {
          readonly abi: InterfaceAbi;
          readonly evm: { readonly bytecode: { readonly object: string } };
        }
      >
    >
  >;
}

/** A generated verifier with one expression replaced: the negative control of what it is for. */
export function verifierVariant(
  statement: string,
  profile: string,
  replaced: { readonly from: string; readonly by: string },
): ContractArtifact {
  const name = verifierName(statement, profile);
  const path = `contracts/verifiers/${name}.sol`;
  const [before, after, ...more] = source(path).split(replaced.from);
  if (after === undefined || more.length > 0) throw new Error(`${path}: no one ${replaced.from}`);
  const variant = `${before}${replaced.by}${after}`;
  const imported = [
    'contracts/interfaces/IGroth16Verifier.sol',
    'contracts/libraries/LocalChain.sol',
  ];
  const output = JSON.parse(
    compile(
      JSON.stringify({
        language: 'Solidity',
        sources: Object.fromEntries(
          [[path, variant], ...imported.map((file) => [file, source(file)])].map(
            ([file, content]) => [file, { content }],
          ),
        ),
        settings: {
          evmVersion: 'cancun',
          optimizer: { enabled: true, runs: 10_000 },
          outputSelection: { [path]: { [name]: ['abi', 'evm.bytecode.object'] } },
        },
      }),
    ),
  ) as CompilerOutput;
  const failure = output.errors?.find(({ severity }) => severity === 'error');
  if (failure !== undefined) throw new Error(failure.formattedMessage);
  const { abi, evm } = output.contracts[path]![name]!;
  return { abi: new Interface(abi), bytecode: `0x${evm.bytecode.object}` };
}
