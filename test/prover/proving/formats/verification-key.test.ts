// SPDX-License-Identifier: GPL-3.0-or-later
import { describe, expect, it } from 'vitest';

import {
  findArtifact,
  loadArtifactManifest,
  readArtifactFile,
} from '../../../../prover/proving/artifacts.ts';
import { parseVerificationKey } from '../../../../prover/proving/formats/verification-key.ts';

interface Key {
  [field: string]: unknown;
  vk_delta_2: unknown;
  vk_gamma_2: unknown;
  IC: unknown[];
}

const artifact = findArtifact(loadArtifactManifest(), 'liquidation', 'small');
const shipped = Buffer.from(readArtifactFile(artifact.files.verificationKey)).toString('utf8');
const altered = (change: (key: Key) => void): string => {
  const key = JSON.parse(shipped) as Key;
  change(key);
  return JSON.stringify(key);
};

describe('a verifying key', () => {
  it('is read as it was built', () => {
    expect(parseVerificationKey(shipped)).toEqual(JSON.parse(shipped));
  });

  it('is refused when delta equals gamma', () => {
    const text = altered((key) => (key.vk_gamma_2 = key.vk_delta_2));
    expect(() => parseVerificationKey(text)).toThrow('phase 2 was never done');
  });

  it('is refused when delta is the generator, whatever gamma is', () => {
    // Gamma of every snarkjs key is the generator.
    const text = altered((key) => {
      [key.vk_delta_2, key.vk_gamma_2] = [key.vk_gamma_2, key.vk_delta_2];
    });
    expect(() => parseVerificationKey(text)).toThrow('phase 2 was never done');
  });

  it.each([
    ['truncated', shipped.slice(0, -9), 'verificationKey: is not complete, valid JSON'],
    ['of another curve', altered((key) => (key['curve'] = 'bls12381')), 'verificationKey.curve'],
    ['short of a point', altered((key) => key.IC.pop()), 'verificationKey.IC: must have 9 points'],
    ['without delta', altered((key) => delete key.vk_delta_2), 'verificationKey.vk_delta_2'],
  ])('is refused when %s', (_, text, message) => {
    expect(() => parseVerificationKey(text)).toThrow(message);
  });
});
