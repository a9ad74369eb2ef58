// SPDX-License-Identifier: GPL-3.0-or-later
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { VenueDocument } from '../../../../prover/chain/venue-document.ts';
import { PLAIN_HASHER } from '../../../../prover/commitments/row-hasher.ts';
import { formatLedger } from '../../../../prover/documents/ledger-document.ts';
import { challengeOf } from '../../../../prover/receipt/challenge.ts';
import { parseReceipt } from '../../../../prover/receipt/document.ts';
import { httpRpc } from '../../../../prover/receipt/json-rpc.ts';
import { localKeyDocument } from '../../../../prover/receipt/local-keys.ts';
import { parseVerifyingKeys } from '../../../../prover/receipt/verifying-keys.ts';
import { verifyReceipt } from '../../../../prover/receipt/verify.ts';
import { loadSample } from '../../../../prover/sample/sample.ts';
import { createServer } from '../../../../prover/service/api/server.ts';
import type { paths } from '../../../../prover/service/client/generated/service-api.ts';
import {
  serviceClient,
  type ServiceClient,
} from '../../../../prover/service/client/service-client.ts';
import { Service } from '../../../../prover/service/service.ts';
import { openStore } from '../../../../prover/service/store/store.ts';
import {
  ACCOUNT,
  OWNED_LEDGER,
  OWNER,
  PARAMETERS,
  STRANGER,
  receiptVenue,
  type ReceiptVenue,
} from '../../../support/receipts.ts';
import { serviceConfig } from '../../../support/service-config.ts';

const ASKED = 'Ada asks, 22 November';
const owner = OWNER.address.toLowerCase();
const none = (): void => undefined;

describe('a service that knows a venue’s contracts', () => {
  let folder: string;
  let at: ReceiptVenue;
  let service: Service;
  let server: Awaited<ReturnType<typeof createServer>>;
  let client: ServiceClient;

  type Challenge = paths['/challenges']['post']['requestBody']['content']['application/json'];
  const signed = async (body: Challenge, signer = OWNER) => {
    const { data } = await client.POST('/challenges', { body });
    const { challenge, text } = data!;
    return { challenge, signature: await signer.signMessage(text) };
  };
  const receiptOf = async (
    account: number,
    body: { readonly challenge: string; readonly signature: string },
  ) => {
    const params = { path: { account: String(account) } };
    const told = await client.POST('/accounts/{account}/receipts', { params, body });
    return { status: told.response.status, receipt: told.data?.receipt, refusal: told.error };
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-receipts-'));
    at = await receiptVenue();
    const { chainId } = at.place;
    const limits = { bodyBytes: 2 ** 24, requestsPerMinute: 1000 };
    const config = serviceConfig(folder, { limits });
    const store = await openStore({ ...config, standby: none, lost: none, fault: none });
    service = await Service.start(store, config, PARAMETERS, PLAIN_HASHER);
    const venue = { chainId, contracts: at.venue.addresses } as VenueDocument;
    const chain = { venue, rpc: [at.chain.url] };
    server = await createServer(service, { ...config, chain }, pino({ level: 'silent' }));
    client = serviceClient({ url: await server.listen(config.listen) });
    await service.putLedger({
      sequence: 1,
      root: OWNED_LEDGER.root.toString(),
      ledger: JSON.parse(formatLedger(OWNED_LEDGER.accounts)) as unknown,
    });
  }, 120_000);

  afterAll(async () => {
    await server.close();
    await service.stop();
    // The last test has closed it, unless an earlier one failed.
    await at.chain.close().catch(() => undefined);
    rmSync(folder, { recursive: true });
  });

  it('says what the fund has', async () => {
    const { data } = await client.GET('/fund');
    const said = (await at.venue.insuranceFund['totalAssets']!()) as bigint;
    const guaranteed = (await at.venue.insuranceFund['guaranteedE6']!()) as bigint;
    expect(data).toMatchObject({
      assetsE6: said.toString(),
      guaranteedE6: guaranteed.toString(),
    });
  });

  it('makes no receipt without a tick', async () => {
    const body = await signed({ owner, receipt: { account: ACCOUNT } });
    expect(await receiptOf(ACCOUNT, body)).toMatchObject({
      status: 404,
      refusal: { code: 'NO_TICK' },
    });
  });

  it('makes the owner a receipt that the chain’s own verifier takes', async () => {
    await service.putSnapshot(loadSample().snapshots.crash.document);
    const body = await signed({ owner, receipt: { account: ACCOUNT, answers: ASKED } });
    const made = await receiptOf(ACCOUNT, body);
    expect(made.refusal).toBeUndefined();
    const receipt = parseReceipt(JSON.stringify(made.receipt));
    expect(receipt).toMatchObject({ kind: 'exact', place: at.place });
    const checked = await verifyReceipt(receipt, {
      keys: parseVerifyingKeys(localKeyDocument(), 'keys'),
      challenge: challengeOf(ASKED, 'challenge'),
      marketFeed: at.place.marketFeed,
      rpc: httpRpc(at.chain.url),
    });
    expect(checked.receipt.signals).toMatchObject({ owner: OWNER.address });
    // A signature asks once.
    expect(await receiptOf(ACCOUNT, body)).toMatchObject({ status: 401 });
  }, 120_000);

  it('refuses who signed another thing, or is another', async () => {
    const receipt = { account: ACCOUNT };
    const other = ACCOUNT + 1;
    const cases = [
      [ACCOUNT, await signed({ owner, receipt }, STRANGER), 401],
      [ACCOUNT, await signed({ owner }), 401],
      [other, await signed({ owner, receipt }), 401],
      [other, await signed({ owner, receipt: { account: other } }), 404],
    ] as const;
    for (const [account, body, status] of cases) {
      expect((await receiptOf(account, body)).status).toBe(status);
    }
    const asToken = await signed({ owner, receipt });
    expect((await client.POST('/sessions', { body: asToken })).response.status).toBe(401);
    // What would write lines of its own into the text is not signed at all.
    const forged = { owner, receipt: { account: ACCOUNT, answers: 'x\nchallenge 00' } };
    expect((await client.POST('/challenges', { body: forged })).response.status).toBe(400);
  });

  it('says so where the node is away', async () => {
    await at.chain.close();
    const body = await signed({ owner, receipt: { account: ACCOUNT } });
    const { status, refusal } = await receiptOf(ACCOUNT, body);
    expect({ status, code: refusal?.code }).toEqual({ status: 503, code: 'NODE_FAILED' });
    expect(JSON.stringify(refusal)).not.toContain('127.0.0.1');
  }, 60_000);
});
