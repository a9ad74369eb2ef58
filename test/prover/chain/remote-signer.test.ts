// SPDX-License-Identifier: GPL-3.0-or-later
import { SigningKey, Transaction, Wallet, id, verifyMessage, verifyTypedData } from 'ethers';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { RemoteSigner } from '../../../prover/chain/remote-signer.ts';
import { SigningServer } from '../../support/web3signer.ts';

const wallet = new Wallet(id('plimsoll remote key'));
const other = new Wallet(id('plimsoll another remote key'));
let server: SigningServer;
let signer: RemoteSigner;

beforeAll(async () => {
  server = await SigningServer.start([
    new SigningKey(other.privateKey),
    new SigningKey(wallet.privateKey),
  ]);
  signer = await RemoteSigner.open(`${server.url}/`, wallet.address.toLowerCase());
});
beforeEach(() => (server.instead = undefined));
afterAll(() => server.close());

it('signs a transaction as the key itself would', async () => {
  const transaction = {
    type: 2,
    chainId: 31_337n,
    nonce: 7,
    to: other.address,
    data: '0x1234',
    value: 5n,
    gasLimit: 100_000n,
    maxFeePerGas: 9n,
    maxPriorityFeePerGas: 1n,
  };
  const raw = await signer.signTransaction({ ...transaction, from: wallet.address });
  expect(raw).toBe(await wallet.signTransaction(transaction));
  expect(Transaction.from(raw).from).toBe(wallet.address);
  await expect(signer.signTransaction({ ...transaction, from: other.address })).rejects.toThrow(
    /not for/,
  );
});

it('signs messages and typed data as the key itself would', async () => {
  const text = 'Plimsoll: “show”\nchallenge 00';
  expect(verifyMessage(text, await signer.signMessage(text))).toBe(wallet.address);
  const domain = { name: 'Plimsoll', version: '1', chainId: 31_337n };
  const types = { Snapshot: [{ name: 'hash', type: 'uint256' }] };
  const value = { hash: 3n };
  const signature = await signer.signTypedData(domain, types, value);
  expect(signature).toBe(await wallet.signTypedData(domain, types, value));
  expect(verifyTypedData(domain, types, value, signature)).toBe(wallet.address);
});

it('believes no signature of another key, and no answer that is none', async () => {
  const answers = [
    [200, other.signingKey.sign(id('x')).serialized, /for another/],
    [200, '0x1234', /no signature/],
    [200, `0x${'ff'.repeat(65)}`, /no signature/],
    [500, 'the key is locked', /answers with 500$/],
  ] as const;
  for (const [status, text, refusal] of answers) {
    server.instead = { status, text };
    await expect(signer.signMessage('x'), text).rejects.toThrow(refusal);
  }
});

it('is opened only where the key is, and says nothing of the address it asked', async () => {
  const stranger = Wallet.createRandom().address;
  await expect(RemoteSigner.open(server.url, stranger)).rejects.toThrow(/has no key of/);
  const away = 'http://127.0.0.1:1/secret-path';
  const fault = await RemoteSigner.open(away, stranger).catch((error: Error) => error);
  expect(fault).toMatchObject({
    code: 'SIGNER_FAILED',
    message: 'the remote signer does not answer',
  });
  expect(JSON.stringify(fault)).not.toContain('secret-path');
});
