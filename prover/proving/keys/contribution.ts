// SPDX-License-Identifier: GPL-3.0-or-later
import { createHash } from 'node:crypto';

import { ChaCha } from 'ffjavascript';
import type { Curve, CurveGroup } from 'ffjavascript';

import type { Trapdoor } from './trapdoor.ts';

const NAME = 'INSECURE development key: the toxic waste is public';
const NAME_PARAMETER = 1;

/** A point in the form of `.zkey` files: Montgomery, little-endian. */
export function pointBytes(group: CurveGroup, point: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 * group.F.n8);
  group.toRprLEM(bytes, 0, group.toAffine(point));
  return bytes;
}

/** A point in the big-endian form over which snarkjs hashes. */
export function hashedBytes(group: CurveGroup, point: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 * group.F.n8);
  group.toRprUncompressed(bytes, 0, group.toAffine(point));
  return bytes;
}

export function uint32(value: number, littleEndian: boolean): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, littleEndian);
  return bytes;
}

/** As snarkjs maps a transcript to a G2 point of unknown logarithm. */
function hashToG2(curve: Curve, transcript: Uint8Array): Uint8Array {
  const view = new DataView(transcript.buffer, transcript.byteOffset, transcript.byteLength);
  return curve.G2.fromRng(
    new ChaCha(Array.from({ length: 8 }, (_, word) => view.getUint32(4 * word))),
  );
}

/**
 * The phase-2 section with one contribution: a proof of knowledge of δ in snarkjs's format, so
 * that `zkey verify` accepts the key. It is synthetic: δ is public.
 */
export function contributionSection(
  curve: Curve,
  trapdoor: Trapdoor,
  circuitHash: Uint8Array,
): Uint8Array {
  const { G1, G2, Fr } = curve;
  const delta = Fr.e(trapdoor.delta);
  const base = G1.timesFr(G1.g, Fr.e(trapdoor.contributionBase));
  const baseDelta = G1.timesFr(base, delta);
  const transcript = createHash('blake2b512')
    .update(circuitHash)
    .update(hashedBytes(G1, base))
    .update(hashedBytes(G1, baseDelta))
    .digest();
  const challenge = G2.timesFr(hashToG2(curve, transcript), delta);
  const name = new TextEncoder().encode(NAME);
  return Buffer.concat([
    circuitHash,
    uint32(1, true),
    pointBytes(G1, G1.timesFr(G1.g, delta)),
    pointBytes(G1, base),
    pointBytes(G1, baseDelta),
    pointBytes(G2, challenge),
    transcript,
    uint32(0, true),
    uint32(name.length + 2, true),
    Uint8Array.from([NAME_PARAMETER, name.length]),
    name,
  ]);
}
