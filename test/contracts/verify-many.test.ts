// SPDX-License-Identifier: GPL-3.0-or-later
import { bn254 } from '@noble/curves/bn254.js';
import { Contract, concat, keccak256, toBeHex, type Signer } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { verifierArtifact } from '../../prover/chain/artifact.ts';
import { SCALAR_FIELD } from '../../prover/core/scalar-field.ts';
import { deployCompiled } from '../../prover/chain/deploy.ts';
import { verifierName } from '../../prover/toolchain/circuits/verifier.ts';
import { read, send } from '../../prover/chain/refusal.ts';
import type { ContractProof } from '../../prover/chain/submit.ts';
import { ARTIFACTS, startChain, type TestChain } from '../support/chain.ts';
import { compareGas, expectGasAtMost } from '../support/gas.ts';
import {
  accountNamed,
  closeProver,
  CRASH_LEDGER,
  liquidationProof,
  rerandomised,
} from '../support/proofs.ts';
import {
  closeTakeoverProver,
  takeoverProof,
  type BatchMember,
} from '../support/takeover-proofs.ts';
import { verifierVariant } from '../support/verifier-variants.ts';

const MANY = 16;
const BASE_FIELD = bn254.fields.Fp.ORDER;
/** By whole transaction and member; what an engine pays beside it is its own. */
const MAX_GAS_EACH = 75_000n;

type Point = [bigint, bigint];
type Verifiers = Readonly<Record<'shipped' | 'unrandomised' | 'keyOnly', Contract>>;

/** Every exponent 1. */
const UNRANDOMISED = { from: 'let rho := keccak256(0x00, 0x40)', by: 'let rho := 1' };
/** Exponents that follow from the key alone, not from what is checked. */
const KEY_ONLY = {
  from: 'keccak256(input, add(0x20, add(proofBytes, signalBytes)))',
  by: 'keccak256(input, 0x20)',
};

const g1 = (point: Point) => bn254.G1.Point.fromAffine({ x: point[0], y: point[1] });
function added(left: Point, right: Point): Point {
  const { x, y } = g1(left).add(g1(right)).toAffine();
  return [x, y];
}
const negated = ([x, y]: Point): Point => [x, BASE_FIELD - y];
const GENERATOR: Point = [1n, 2n];
function multiple(scalar: bigint): Point {
  const { x, y } = g1(GENERATOR)
    .multiply(scalar % SCALAR_FIELD)
    .toAffine();
  return [x, y];
}

/** A point on the twist that is in no subgroup of order r, in the coordinate order of contracts. */
function outsideSubgroup(): ContractProof['b'] {
  const { Fp2 } = bn254.fields;
  const b = bn254.G2.Point.CURVE().b;
  for (let c0 = 1n; ; c0 += 1n) {
    const x = Fp2.create({ c0, c1: 1n });
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    let y: typeof x;
    try {
      y = Fp2.sqrt(square);
    } catch {
      continue;
    }
    const point = bn254.G2.Point.fromAffine({ x, y });
    if (point.isTorsionFree()) continue;
    return [
      [x.c1, x.c0],
      [y.c1, y.c0],
    ];
  }
}

describe('many proofs of one key', () => {
  let chain: TestChain;
  let verifiers: Verifiers;
  let members: readonly BatchMember[];

  beforeAll(async () => {
    chain = await startChain();
    const deployer: Signer = chain.accounts[0]!;
    const shipped = verifierArtifact(ARTIFACTS, 'TakeoverAnyVerifier');
    const variant = (replaced: typeof KEY_ONLY): typeof shipped =>
      verifierVariant('takeover', 'any', replaced);
    const deployed = async (artifact: typeof shipped): Promise<Contract> =>
      new Contract(await deployCompiled(deployer, artifact, []), artifact.abi, deployer);
    verifiers = {
      shipped: await deployed(shipped),
      unrandomised: await deployed(variant(UNRANDOMISED)),
      keyOnly: await deployed(variant(KEY_ONLY)),
    };
    members = [
      await takeoverProof('freeze'),
      await takeoverProof('unfreeze'),
      await takeoverProof('takeover'),
    ];
  });
  afterAll(async () => {
    await chain.close();
    await closeTakeoverProver();
    await closeProver();
  });

  const argsOf = (batch: readonly BatchMember[]): readonly unknown[] => [
    batch.map(({ proof }) => proof),
    batch.flatMap(({ publicSignals }) => publicSignals),
  ];
  const accepts = (
    batch: readonly BatchMember[],
    verifier: keyof Verifiers = 'shipped',
  ): Promise<boolean> => read(verifiers[verifier], 'verifyMany', argsOf(batch), z.boolean());
  const single = ({ proof, publicSignals }: BatchMember): Promise<boolean> =>
    read(verifiers.shipped, 'verify', [proof, publicSignals], z.boolean());
  const changed = (member: BatchMember, proof: Partial<ContractProof>): BatchMember => ({
    ...member,
    proof: { ...member.proof, ...proof },
  });
  const claiming = (member: BatchMember, position: number, signal: bigint): BatchMember => ({
    ...member,
    publicSignals: member.publicSignals.with(position, signal),
  });

  it('are accepted, alone, together, in any order and twice', async () => {
    const [freeze, unfreeze, takeover] = members as [BatchMember, BatchMember, BatchMember];
    expect(await accepts([freeze])).toBe(true);
    expect(await accepts([freeze, unfreeze, takeover])).toBe(true);
    expect(await accepts([takeover, freeze, unfreeze])).toBe(true);
    expect(await accepts([freeze, freeze])).toBe(true);
    const again = { ...freeze, proof: await rerandomised(freeze.proof) };
    expect(await accepts([freeze, again, takeover, freeze])).toBe(true);
  });

  it('are refused when there is none: nothing is proven', async () => {
    expect(await accepts([])).toBe(false);
  });

  it.each([0, 1, 2])('are refused where member %d alone is forged', async (place) => {
    const member = members[place]!;
    const forgeries = [
      changed(member, { c: added(member.proof.c, GENERATOR) }),
      changed(member, { a: negated(member.proof.a) }),
      changed(member, { b: members[(place + 1) % 3]!.proof.b }),
      ...member.publicSignals.map((signal, position) =>
        claiming(member, position, (signal + 1n) % SCALAR_FIELD),
      ),
    ];
    for (const forged of forgeries) {
      expect(await accepts(members.with(place, forged))).toBe(false);
    }
  });

  it('are refused where one signal is a second spelling of itself', async () => {
    for (const [place, member] of members.entries()) {
      for (const [position, signal] of member.publicSignals.entries()) {
        const aliased = claiming(member, position, signal + SCALAR_FIELD);
        expect(await accepts(members.with(place, aliased))).toBe(false);
      }
    }
  });

  it('are refused with a signal too few or too many, or cut elsewhere', async () => {
    const [proofs, signals] = argsOf(members) as [ContractProof[], bigint[]];
    for (const wrong of [signals.slice(1), [...signals, 0n], [], signals.slice(0, 6)]) {
      const answer = await read(verifiers.shipped, 'verifyMany', [proofs, wrong], z.boolean());
      expect(answer).toBe(false);
    }
    const rotated = [...signals.slice(1), signals[0]!];
    expect(await read(verifiers.shipped, 'verifyMany', [proofs, rotated], z.boolean())).toBe(false);
  });

  describe('forged so that two errors cancel', () => {
    // What a product without random exponents accepts. Each pair is false one by one.
    const pairs = (): Record<string, [BatchMember, BatchMember]> => {
      const [freeze, unfreeze] = members as [BatchMember, BatchMember];
      return {
        'C shifted one way and the other': [
          changed(freeze, { c: added(freeze.proof.c, GENERATOR) }),
          changed(unfreeze, { c: added(unfreeze.proof.c, negated(GENERATOR)) }),
        ],
        'each with the signals of the other': [
          { ...freeze, publicSignals: unfreeze.publicSignals },
          { ...unfreeze, publicSignals: freeze.publicSignals },
        ],
        'an amount moved from one message to the other': [
          claiming(freeze, 2, freeze.publicSignals[2]! - 5n),
          claiming(unfreeze, 2, unfreeze.publicSignals[2]! + 5n),
        ],
        'the two proofs swapped': [
          { ...freeze, proof: unfreeze.proof },
          { ...unfreeze, proof: freeze.proof },
        ],
      };
    };

    it.each([
      'C shifted one way and the other',
      'each with the signals of the other',
      'an amount moved from one message to the other',
      'the two proofs swapped',
    ])('are refused: %s', async (name) => {
      const pair = pairs()[name]!;
      for (const member of pair) expect(await single(member)).toBe(false);
      expect(await accepts(pair)).toBe(false);
      expect(await accepts([...pair, members[2]!])).toBe(false);
      // The negative control: the same verifier with every exponent 1.
      expect(await accepts(pair, 'unrandomised')).toBe(true);
      expect(await accepts([...pair, members[2]!], 'unrandomised')).toBe(true);
    });

    it('are refused where the errors were weighed by the exponents of another batch', async () => {
      const [freeze, unfreeze] = members as [BatchMember, BatchMember];
      /** C off by `first` and `second` times the generator. */
      const offBy = (first: bigint, second: bigint): BatchMember[] => [
        changed(freeze, { c: added(freeze.proof.c, multiple(first)) }),
        changed(unfreeze, { c: added(unfreeze.proof.c, multiple(second)) }),
      ];
      const key = await read(verifiers.shipped, 'keyHash', [], z.string());
      const honest = verifiers.shipped.interface.encodeFunctionData(
        'verifyMany',
        argsOf([freeze, unfreeze]),
      );
      // Proofs and signals as they stand in the calldata, without offsets and lengths.
      const words = `${honest.slice(10 + 64 * 3, 10 + 64 * 19)}${honest.slice(10 + 64 * 20)}`;
      expect(words).toHaveLength(2 * 32 * 2 * (8 + freeze.publicSignals.length));
      for (const [seed, verifier, accepted] of [
        [keccak256(`${key}${words}`), 'shipped', false],
        [keccak256(key), 'keyOnly', true],
      ] as const) {
        const [first, second] = [0n, 1n].map((index) =>
          BigInt(keccak256(concat([seed, toBeHex(index, 32)]))),
        );
        const pair = offBy(second!, SCALAR_FIELD - (first! % SCALAR_FIELD));
        expect(await accepts(pair, verifier)).toBe(accepted);
      }
    });
  });

  describe('made of points that are none', () => {
    const call = async (
      precompile: number,
      words: readonly bigint[],
    ): Promise<string | undefined> => {
      const data = `0x${words.map((word) => toBeHex(word, 32).slice(2)).join('')}`;
      const to = toBeHex(precompile, 20);
      try {
        return await chain.provider.call({ to, data });
      } catch {
        return undefined;
      }
    };

    it('are refused by the precompiles, on which verification rests', async () => {
      const [one, infinity] = [toBeHex(1n, 32), [0n, 0n]];
      const inside = members[0]!.proof.b.flat();
      const outside = outsideSubgroup().flat();
      expect(await call(8, [...infinity, ...inside])).toBe(one);
      expect(await call(8, [...infinity, ...outside])).toBeUndefined();
      expect(await call(8, [...infinity, ...inside.with(3, inside[3]! + 1n)])).toBeUndefined();
      expect(
        await call(8, [...infinity, ...inside.with(0, inside[0]! + BASE_FIELD)]),
      ).toBeUndefined();
      for (const [x, y] of [
        [1n, 3n],
        [1n + BASE_FIELD, 2n],
        [1n, 2n + BASE_FIELD],
      ] as const) {
        expect(await call(7, [x, y, 1n])).toBeUndefined();
        expect(await call(6, [x, y, 0n, 0n])).toBeUndefined();
      }
    });

    it.each([0, 2])('are refused as member %d, without a revert', async (place) => {
      const member = members[place]!;
      const { a, b, c } = member.proof;
      const wrong: readonly Partial<ContractProof>[] = [
        { a: [a[0], a[1] + 1n] },
        { a: [a[0] + BASE_FIELD, a[1]] },
        { c: [c[0], c[1] + 1n] },
        { c: [c[0], c[1] + BASE_FIELD] },
        { b: [b[0], [b[1][0], b[1][1] + 1n]] },
        { b: outsideSubgroup() },
        { a: [0n, 0n] },
        { a: [0n, 0n], c: [0n, 0n] },
      ];
      for (const points of wrong) {
        expect(await accepts(members.with(place, changed(member, points)))).toBe(false);
      }
    });
  });

  it('cost 16 at a time less than 75,000 gas each, and what is recorded', async () => {
    const batch = Array.from({ length: MANY }, (_, place) => members[place % members.length]!);
    const receipt = await send(verifiers.shipped, 'verifyMany', argsOf(batch));
    expect(await accepts(batch)).toBe(true);
    expectGasAtMost(receipt, BigInt(MANY) * MAX_GAS_EACH + BigInt(MANY) - 1n);
    await compareGas('verify 16 takeovers', receipt);
    const [first] = members as [BatchMember];
    const one = await send(verifiers.shipped, 'verifyMany', argsOf([first]));
    await compareGas('verify takeover, a batch of one', one);
    const alone = await send(verifiers.shipped, 'verify', [first.proof, first.publicSignals]);
    await compareGas('verify takeover', alone);
  });

  it('cost 16 at a time less than that with seven signals, too', async () => {
    const { statement, profile, ...member } = await liquidationProof(
      CRASH_LEDGER,
      accountNamed('bankrupt-paid-in-full'),
      12_345n,
    );
    const artifact = verifierArtifact(ARTIFACTS, verifierName(statement, profile));
    const deployer = chain.accounts[0]!;
    const address = await deployCompiled(deployer, artifact, []);
    const contract = new Contract(address, artifact.abi, deployer);
    const batch = argsOf(Array.from({ length: MANY }, () => member));
    expect(await read(contract, 'verifyMany', batch, z.boolean())).toBe(true);
    const receipt = await send(contract, 'verifyMany', batch);
    expectGasAtMost(receipt, BigInt(MANY) * MAX_GAS_EACH + BigInt(MANY) - 1n);
    await compareGas('verify 16 liquidations', receipt);
  });
});
