// SPDX-License-Identifier: GPL-3.0-or-later
import type { SnarkjsVerificationKey } from 'snarkjs';

import { BASE_FIELD } from '../../core/bn254.ts';
import type { KeySetup } from '../../proving/formats/verification-key.ts';
import { findProfile, type Statement } from '../../statements/manifest.ts';
import { pascalCase } from './accessors.ts';
import { SCALAR_FIELD } from '../../core/scalar-field.ts';

export interface VerifierSource {
  readonly statement: Statement;
  readonly profile: string;
  readonly verificationKey: SnarkjsVerificationKey;
  readonly key: KeySetup;
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

function storeAt(base: string, offset: number, words: readonly string[]): string[] {
  return words.map(
    (word, index) => `            mstore(add(${base}, ${hex(offset + 32 * index)}), ${word})`,
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

/**
 * Verification of many proofs in one pairing product. The argument stands in the contract, beside the
 * code; docs/proving.md repeats it with the cost.
 */
function batchVerification({ statement, verificationKey: vk }: VerifierSource): string[] {
  const count = statement.publicSignals.length;
  const scalars = hex(32 * count);
  const alpha = [vk.vk_alpha_1[0]!, negated(vk.vk_alpha_1[1]!)];
  return [
    '    /// @inheritdoc IGroth16Verifier',
    '    /// @dev Proof i with signals s_ij holds exactly when E_i = 1 for',
    '    ///     E_i = e(A_i, B_i) e(-alpha, beta) e(IC_0 + sum_j s_ij IC_j, -gamma) e(C_i, -delta).',
    '    /// What is checked is that the product of E_i^rho_i is 1, which is one product of n + 3 pairings:',
    '    ///     e(rho_i A_i, B_i) for each i, e(-sum rho_i alpha, beta),',
    '    ///     e(sum_i rho_i (IC_0 + sum_j s_ij IC_j), -gamma) and e(sum rho_i C_i, -delta).',
    '    /// Honest proofs always pass. All E_i lie in a group of prime order r: of points the precompiles',
    '    /// take only those on the curve (G1, which has no cofactor) and those in the subgroup of order r (G2).',
    '    /// With some E_i other than 1, the rho that make the product 1 are a hyperplane: one in r of all.',
    '    /// The rho_i = keccak256(seed, i) follow from a seed over the key, every proof and every signal, so',
    '    /// that nothing that is checked can be chosen after them; who searches for a transcript needs about',
    '    /// r = 2^254 hashes. Signals are compared with r before they are folded, where x and x + r agree.',
    '    function verifyMany(Proof[] calldata proofs, uint256[] calldata publicSignals) external view returns (bool valid) {',
    '        if (proofs.length == 0) return false;',
    '        if (publicSignals.length != proofs.length * publicSignalCount) return false;',
    '        bytes32 key = keyHash;',
    '        assembly ("memory-safe") {',
    '            // A precompile that refuses takes all gas it was given: nothing is asked of one after that.',
    '            function refuse() {',
    '                mstore(0x00, 0)',
    '                return(0x00, 0x20)',
    '            }',
    '            // destination := scalar * the point of two words before the scalar, all from `input`.',
    '            function multiply(input, destination) {',
    '                if iszero(staticcall(gas(), 0x07, input, 0x60, destination, 0x40)) { refuse() }',
    '            }',
    '            // buffer: running sum (2 words), then point and scalar of the next product (3 words).',
    '            function accumulate(buffer, scalar) {',
    '                mstore(add(buffer, 0x80), scalar)',
    '                multiply(add(buffer, 0x40), add(buffer, 0x40))',
    '                if iszero(staticcall(gas(), 0x06, buffer, 0x80, buffer, 0x40)) { refuse() }',
    '            }',
    '            function accumulatePoint(buffer, x, y, scalar) {',
    '                mstore(add(buffer, 0x40), x)',
    '                mstore(add(buffer, 0x60), y)',
    '                accumulate(buffer, scalar)',
    '            }',
    '',
    '            // The transcript: key, proofs, signals. Its memory is used again below.',
    `            let r := ${SCALAR_FIELD}`,
    '            let input := mload(0x40)',
    '            let proofBytes := mul(proofs.length, 0x100)',
    '            let signalBytes := mul(publicSignals.length, 0x20)',
    '            mstore(input, key)',
    '            calldatacopy(add(input, 0x20), proofs.offset, proofBytes)',
    '            calldatacopy(add(add(input, 0x20), proofBytes), publicSignals.offset, signalBytes)',
    '            mstore(0x00, keccak256(input, add(0x20, add(proofBytes, signalBytes))))',
    '',
    '            // input: n pairs of points (6 words each) and three more; then the running sum of C with its',
    '            // next product (5 words), then the folded scalars, 0 at first, of IC_0 and of each signal.',
    '            let pairing := add(input, mul(proofs.length, 0xc0))',
    '            let buffer := add(pairing, 0x240)',
    '            let folded := add(buffer, 0xa0)',
    `            calldatacopy(buffer, calldatasize(), ${hex(0xa0 + 32 * (count + 1))})`,
    '            let proof := proofs.offset',
    '            let signals := publicSignals.offset',
    '            for { let i := 0 } lt(i, proofs.length) { i := add(i, 1) } {',
    '                mstore(0x20, i)',
    '                let rho := keccak256(0x00, 0x40)',
    '                mstore(folded, addmod(mload(folded), rho, r))',
    `                for { let j := 0 } lt(j, ${scalars}) { j := add(j, 0x20) } {`,
    '                    let signal := calldataload(add(signals, j))',
    '                    if iszero(lt(signal, r)) { refuse() }',
    '                    let sum := add(add(folded, 0x20), j)',
    '                    mstore(sum, addmod(mload(sum), mulmod(rho, signal, r), r))',
    '                }',
    '                let pair := add(input, mul(i, 0xc0))',
    '                calldatacopy(pair, proof, 0xc0)',
    '                calldatacopy(add(buffer, 0x40), proof, 0x40)',
    '                mstore(add(buffer, 0x80), rho)',
    '                multiply(add(buffer, 0x40), pair)',
    '                calldatacopy(add(buffer, 0x40), add(proof, 0xc0), 0x40)',
    '                accumulate(buffer, rho)',
    '                proof := add(proof, 0x100)',
    `                signals := add(signals, ${scalars})`,
    '            }',
    '',
    '            // e(sum of C, -delta)',
    '            mstore(add(pairing, 0x180), mload(buffer))',
    '            mstore(add(pairing, 0x1a0), mload(add(buffer, 0x20)))',
    ...storeAt('pairing', 0x1c0, g2Words(vk.vk_delta_2, true)),
    '            // e(-sum of rho * alpha, beta)',
    ...storeAt('buffer', 0x40, alpha),
    '            mstore(add(buffer, 0x80), mload(folded))',
    '            multiply(add(buffer, 0x40), pairing)',
    ...storeAt('pairing', 0x40, g2Words(vk.vk_beta_2, false)),
    '            // e(sum of rho * IC, -gamma)',
    '            mstore(buffer, 0)',
    '            mstore(add(buffer, 0x20), 0)',
    ...vk.IC.map(
      (point, index) =>
        `            accumulatePoint(buffer, ${point[0]}, ${point[1]}, mload(add(folded, ${hex(32 * index)})))`,
    ),
    '            mstore(add(pairing, 0xc0), mload(buffer))',
    '            mstore(add(pairing, 0xe0), mload(add(buffer, 0x20)))',
    ...storeAt('pairing', 0x100, g2Words(vk.vk_gamma_2, true)),
    '            if iszero(staticcall(gas(), 0x08, input, sub(buffer, input), input, 0x20)) { refuse() }',
    '            valid := eq(mload(input), 1)',
    '        }',
    '    }',
  ];
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
    '    /// @inheritdoc IGroth16Verifier',
    `    uint256 public constant positions = ${findProfile(statement, profile).parameters[0] ?? 0};`,
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
    `                ok := lt(scalar, ${SCALAR_FIELD})`,
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
    ...storeAt('input', 0xc0, alpha),
    ...storeAt('input', 0x100, g2Words(vk.vk_beta_2, false)),
    '            mstore(add(input, 0x180), mload(buffer))',
    '            mstore(add(input, 0x1a0), mload(add(buffer, 0x20)))',
    ...storeAt('input', 0x1c0, g2Words(vk.vk_gamma_2, true)),
    '            calldatacopy(add(input, 0x240), add(proof, 0xc0), 0x40)',
    ...storeAt('input', 0x280, g2Words(vk.vk_delta_2, true)),
    '            // The precompile refuses coordinates above the field and points off the curve.',
    '            ok := and(ok, staticcall(gas(), 0x08, input, 0x300, input, 0x20))',
    '            valid := and(ok, eq(mload(input), 1))',
    '        }',
    '    }',
    '',
    ...batchVerification(source),
    '}',
    '',
  ].join('\n');
}
