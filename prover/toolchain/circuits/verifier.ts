// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsVerificationKey } from 'snarkjs';

import type { Statement } from '../../statements/manifest.ts';
import { pascalCase } from './accessors.ts';

/** Order of the BN254 base field. */
const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

export interface VerifierSource {
  readonly statement: Statement;
  readonly profile: string;
  readonly verificationKey: SnarkjsVerificationKey;
  readonly key: 'insecure-development' | 'ceremony';
  readonly zkeyHash: string;
  readonly r1csHash: string;
}

export function verifierName(statement: string, profile: string): string {
  return `${pascalCase(statement)}${pascalCase(profile)}Verifier`;
}

function negated(coordinate: string): string {
  return String((BASE_FIELD - BigInt(coordinate)) % BASE_FIELD);
}

/** The pairing precompile wants the imaginary part first. */
function g2Words([x, y]: readonly string[][], negate: boolean): string[] {
  const [x0, x1, y0, y1] = [x![0]!, x![1]!, y![0]!, y![1]!];
  return negate ? [x1, x0, negated(y1), negated(y0)] : [x1, x0, y1, y0];
}

function store(offset: number, words: readonly string[]): string[] {
  return words.map(
    (word, index) => `            mstore(add(input, ${hex(offset + 32 * index)}), ${word})`,
  );
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** One multiplication and one addition per signal, unrolled: a loop would cost more than it saves. */
function accumulation(ic: readonly string[][]): string[] {
  return ic
    .slice(1)
    .flatMap((point, index) => [
      `            ok := and(ok, accumulate(buffer, ${point[0]}, ${point[1]}, calldataload(add(publicSignals.offset, ${hex(32 * index)}))))`,
    ]);
}

/** Solidity of a verifier with its key in the code; never fails open, never reverts on bad input. */
export function verifierContract(source: VerifierSource): string {
  const { statement, profile, verificationKey: vk } = source;
  const insecure = source.key === 'insecure-development';
  const name = verifierName(statement.name, profile);
  const count = statement.publicSignals.length;
  const alpha = [vk.vk_alpha_1[0]!, negated(vk.vk_alpha_1[1]!)];
  return [
    '// SPDX-License-Identifier: GPL-3.0-or-later',
    '// Generated from circuits/circuits.json and its key by prover/toolchain/build-circuits.ts. Do not edit.',
    'pragma solidity ^0.8.28;',
    '',
    `import {IGroth16Verifier, Proof} from "../interfaces/IGroth16Verifier.sol";`,
    ...(insecure ? ['import {LocalChain} from "../libraries/LocalChain.sol";'] : []),
    '',
    `/// @title Groth16 verifier of \`${statement.name}\`, profile \`${profile}\``,
    ...(insecure
      ? [
          '/// @notice INSECURE: made from a development key whose toxic waste is public. Anyone can forge proofs',
          '/// for it, so it cannot be deployed on any but a local chain.',
        ]
      : [`/// @notice ${statement.description}`]),
    `contract ${name} is IGroth16Verifier {`,
    '    /// @inheritdoc IGroth16Verifier',
    `    bytes32 public constant statement = "${statement.name}";`,
    '',
    '    /// @inheritdoc IGroth16Verifier',
    `    uint256 public constant publicSignalCount = ${count};`,
    '',
    '    /// @inheritdoc IGroth16Verifier',
    `    bytes32 public constant keyHash = 0x${source.zkeyHash};`,
    '',
    '    /// @inheritdoc IGroth16Verifier',
    `    bytes32 public constant r1csHash = 0x${source.r1csHash};`,
    '',
    ...(insecure ? ['    constructor() {', '        LocalChain.requireLocal();', '    }', ''] : []),
    '    /// @inheritdoc IGroth16Verifier',
    '    function verify(Proof calldata proof, uint256[] calldata publicSignals) external view returns (bool valid) {',
    '        if (publicSignals.length != publicSignalCount) return false;',
    '        assembly ("memory-safe") {',
    '            // buffer: running sum (2 words), then point and scalar of the next product (3 words).',
    '            // False as soon as the scalar is not canonical: x and x + r would be two spellings of one claim.',
    '            function accumulate(buffer, x, y, scalar) -> ok {',
    '                mstore(add(buffer, 0x40), x)',
    '                mstore(add(buffer, 0x60), y)',
    '                mstore(add(buffer, 0x80), scalar)',
    '                ok := lt(scalar, 21888242871839275222246405745257275088548364400416034343698204186575808495617)',
    '                ok := and(ok, staticcall(gas(), 0x07, add(buffer, 0x40), 0x60, add(buffer, 0x40), 0x40))',
    '                ok := and(ok, staticcall(gas(), 0x06, buffer, 0x80, buffer, 0x40))',
    '            }',
    '',
    '            let buffer := mload(0x40)',
    `            mstore(buffer, ${vk.IC[0]![0]})`,
    `            mstore(add(buffer, 0x20), ${vk.IC[0]![1]})`,
    '            let ok := 1',
    ...accumulation(vk.IC),
    '',
    '            // e(A, B) e(-alpha, beta) e(sum, -gamma) e(C, -delta) = 1',
    '            let input := add(buffer, 0xa0)',
    '            calldatacopy(input, proof, 0xc0)',
    ...store(0xc0, alpha),
    ...store(0x100, g2Words(vk.vk_beta_2, false)),
    '            mstore(add(input, 0x180), mload(buffer))',
    '            mstore(add(input, 0x1a0), mload(add(buffer, 0x20)))',
    ...store(0x1c0, g2Words(vk.vk_gamma_2, true)),
    '            calldatacopy(add(input, 0x240), add(proof, 0xc0), 0x40)',
    ...store(0x280, g2Words(vk.vk_delta_2, true)),
    '            // The precompile refuses coordinates above the field and points off the curve.',
    '            ok := and(ok, staticcall(gas(), 0x08, input, 0x300, input, 0x20))',
    '            valid := and(ok, eq(mload(input), 1))',
    '        }',
    '    }',
    '}',
    '',
  ].join('\n');
}
