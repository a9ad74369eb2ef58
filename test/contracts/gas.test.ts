// SPDX-License-Identifier: GPL-3.0-or-later
// What those calls of a venue's life cost that no other test records: the first of somebody, and the next.
import type { ContractTransactionReceipt } from 'ethers';
import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';

import { DEFAULT_VENUE_CONFIG } from '../../prover/chain/config.ts';
import { keepHashes } from '../../prover/chain/message-run.ts';
import { send } from '../../prover/chain/refusal.ts';
import { healthProof, openMany, refundMessages } from '../../prover/chain/submit.ts';
import { claimWithdrawal, refundDeposit, settleWithdrawal } from '../../prover/chain/vault.ts';
import { compareGas } from '../support/gas.ts';
import { startLife, termsIn, type Life, type Person } from '../support/life.ts';
import { accountNamed, closeProver, marginOf } from '../support/proofs.ts';

const A = accountNamed('ordinary-liquidation');
const B = accountNamed('wick-victim');
const HEALTHY = accountNamed('equity-equals-im');
const ALSO = accountNamed('equity-equals-mm');
const DEPOSIT_E6 = 10_000_000_000n;

let life: Life;
let saved: Awaited<ReturnType<Life['save']>>;

beforeAll(async () => {
  life = await startLife();
  saved = await life.save();
});

afterEach(async () => {
  saved = await life.restore(saved);
});

afterAll(async () => {
  await life.chain.close();
  await closeProver();
});

const by = async (
  person: Person,
  contract: 'vault' | 'liquidationEngine',
  method: string,
  args: readonly unknown[],
): Promise<ContractTransactionReceipt> => {
  await life.after();
  return send(life.by(person)[contract], method, args);
};

/** Records a call and the same again, or another like it. */
async function twice(
  name: string,
  call: (again: boolean) => Promise<ContractTransactionReceipt>,
): Promise<void> {
  await compareGas(`${name}, first`, await call(false));
  await compareGas(name, await call(true));
}

describe('gas of the vault', () => {
  it('deposits, refunds, requests, claims, collects', async () => {
    const deposit = (nonce: bigint) => by('depositor', 'vault', 'deposit', [A, nonce, DEPOSIT_E6]);
    await twice('deposit', () => deposit(0n));
    for (let count = 0; count < 8; count += 1) await deposit(0n);
    await deposit(1n);
    await deposit(1n);
    await life.root();
    await twice('refund a deposit', async (again) => {
      const consumed = await life.consumed(again ? 11n : 10n);
      await life.after();
      return refundDeposit(life.by('stranger'), consumed);
    });
    await compareGas(
      'collect what is claimable',
      await by('depositor', 'vault', 'collect', [life.addresses.depositor]),
    );
    const request = (person: Person) =>
      by(person, 'vault', 'requestWithdrawal', [A, 0n, 10_000_000n]);
    const claim = async (index: bigint): Promise<ContractTransactionReceipt> => {
      await life.root();
      const consumed = await life.consumed(index);
      await life.nextTick();
      const proof = await life.claimProof(A);
      await life.after();
      return claimWithdrawal(life.by('owner'), consumed, proof);
    };
    await compareGas('request a withdrawal', await request('owner'));
    await claim(12n);
    await request('owner');
    await compareGas('claim a withdrawal', await claim(13n));
    await request('stranger');
    await life.root();
    const refused = await life.consumed(14n);
    await life.after();
    await compareGas('settle a withdrawal', await settleWithdrawal(life.by('stranger'), refused));
    await send(life.asset, 'transfer', [life.venue.addresses.vault, 7n]);
    await compareGas('skim the vault', await by('stranger', 'vault', 'skim', []));
  });
});

describe('gas of the engine and its lane', () => {
  it('keeps hashes, refunds, pays out, cures', async () => {
    const accounts = [A, B, accountNamed('separate-2'), accountNamed('separate-3')];
    const members = [];
    for (const account of accounts) members.push(await life.openingProof(account));
    const { profile } = members[0]!;
    const beneficiary = life.addresses.keeper;
    await life.after();
    await openMany(life.by('keeper'), { tick: life.tick, profile, members, beneficiary });
    await life.after();
    const registry = life.by('stranger').ledgerRegistry;
    const rest = await life.engineRun(1n, 3);
    await compareGas('keep a hash within a run', await keepHashes(registry, 'engine', rest));
    await life.root();
    const sequence = life.sequence;
    await twice('refund a message', async (again) => {
      const run = await life.engineRun(again ? 3n : 0n);
      await life.after();
      return refundMessages(life.by('stranger'), run, sequence);
    });
    const both = await life.engineRun(1n, 3);
    await life.after();
    await compareGas(
      'refund two messages of a run, the third refunded before',
      await refundMessages(life.by('stranger'), both, sequence),
    );
    await compareGas(
      'collect ether',
      await by('keeper', 'liquidationEngine', 'collectEther', [life.addresses.keeper]),
    );
    await life.nextTick();
    const credit = (account: number): bigint => marginOf(account).mmE6 * 2n;
    await life.cure(A, credit(A));
    await compareGas('cure a liquidation with a credit, the next', await life.cure(B, credit(B)));
  });
});

describe('gas of the end of a venue', () => {
  it('gives back, registers, shares', async () => {
    for (const account of [HEALTHY, ALSO]) {
      await by('depositor', 'vault', 'deposit', [account, 0n, DEPOSIT_E6]);
    }
    await life.open(A);
    await life.open(B);
    await life.root();
    const frozenIn = life.sequence;
    await life.nextTick();
    const terms = termsIn(life.venue, await life.bid(A, frozenIn));
    await life.after(BigInt(DEFAULT_VENUE_CONFIG.registry.deadAfter) + 1n);
    await life.chain.rpc('evm_mine', []);
    await compareGas(
      'reclaim an escrow',
      await by('bidder', 'liquidationEngine', 'reclaim', [terms]),
    );
    await compareGas(
      'abandon a liquidation',
      await by('stranger', 'liquidationEngine', 'abandon', [B, 0n]),
    );
    await life.nextTick();
    await compareGas('begin the exit', await by('stranger', 'vault', 'beginExit', []));
    const proofs = await Promise.all(
      [HEALTHY, ALSO].map(async (account) =>
        healthProof(
          await life.marginProof(account, 'vault', 'registerExit', life.ownerOf(account)),
        ),
      ),
    );
    for (const proof of proofs) {
      await compareGas(
        'register for the exit',
        await by('stranger', 'vault', 'registerExit', [proof]),
      );
    }
    await life.after(BigInt(DEFAULT_VENUE_CONFIG.vault.exitWindow) + 1n);
    await life.chain.rpc('evm_mine', []);
    await twice('pay an exit', (again) =>
      by('stranger', 'vault', 'payExit', [again ? ALSO : HEALTHY]),
    );
  });
});
