// SPDX-License-Identifier: GPL-3.0-or-later

/**
 * `plimsoll/proving`: a witness to a verified proof. Artifacts are passed in: nothing is looked for.
 *
 * @module
 */
export { Prover } from '../proving/prover.ts';
export type { Proven, ProofRequest, ProverOptions } from '../proving/prover.ts';
export { loadArtifactManifest, parseArtifactManifest } from '../proving/artifacts.ts';
export type { ArtifactManifest } from '../proving/artifacts.ts';
export { formatProof, parseProof, toSolidity } from '../proving/formats/proof-file.ts';
export type { ProofFile, SolidityProof } from '../proving/formats/proof-file.ts';
export { parseVerificationKey } from '../proving/formats/verification-key.ts';
export { SnarkjsBackend, terminateCurve } from '../proving/backends/snarkjs-backend.ts';
export type { ProvingBackend } from '../proving/backends/backend.ts';
