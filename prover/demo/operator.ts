// SPDX-License-Identifier: GPL-3.0-or-later
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Wallet, id, toQuantity } from 'ethers';

import type { VenueDocument } from '../chain/venue-document.ts';
import type { Account } from '../commitments/account.ts';
import type { Ledger } from '../commitments/ledger.ts';
import { temporaryFolder } from '../core/files.ts';
import { accountDocument, formatLedger } from '../documents/ledger-document.ts';
import { metricOf } from '../service/client/metric.ts';
import { serviceClient, type ServiceClient } from '../service/client/service-client.ts';
import { DEFAULT_MARGIN_RULES } from '../service/config/config.ts';
import { serviceLogger } from '../service/log/logger.ts';
import type { AccountState } from '../service/margin/account-state.ts';
import { runService, type RunningService } from '../service/run.ts';
import { NotAsTold, confirm } from './confirm.ts';
import type { ServedChain } from './local-chain.ts';
import { remargined, type Remargined, type Standing } from './remargin.ts';

/** Sends the openings and is rewarded for them; nobody else of the local chain sends for it. */
const SENDER = new Wallet(id('plimsoll demo operator'));
const FUNDS_WEI = 10n ** 19n;
/** What the service may spend: more than all openings of the story. */
const BUDGET_WEI = FUNDS_WEI / 2n;
const CHAIN_POLL_MS = 50;
const LOOK_MS = 25;
/** As long as proofs take on a loaded machine without the native worker. */
const MOST_WAIT_MS = 600_000;
/** Questions about exact margins that the service lets wait at a time, and some room for others. */
const ASKED_AT_ONCE = 16;
/** The story asks for every account at every tick that it tells of. */
const REQUESTS_PER_MINUTE = 1_000_000;
const BODY_BYTES = 2 ** 28;

/** What the service has done for its openings. */
export interface OpeningFigures {
  readonly made: number;
  /** Witness and proof of all made. */
  readonly workMs: number;
}

/**
 * The venue's operator: `plimsoll serve` as anybody runs it, on the chain of the story. It is told ledgers and
 * asked for figures over HTTP alone; ticks it takes from the feed, and what it opens is read from the chain.
 */
export class Operator {
  readonly sender = SENDER.address;
  readonly #folder: string;
  readonly #running: RunningService;
  readonly #client: ServiceClient;
  #accounts: readonly Account[] = [];
  #sequence = 0;

  private constructor(folder: string, running: RunningService, token: string) {
    this.#folder = folder;
    this.#running = running;
    this.#client = serviceClient({ url: running.url, token: () => token });
  }

  static async start(chain: ServedChain, venue: VenueDocument): Promise<Operator> {
    const folder = temporaryFolder('plimsoll-demo-');
    try {
      await chain.rpc('hardhat_setBalance', [SENDER.address, toQuantity(FUNDS_WEI)]);
      const token = randomBytes(32).toString('hex');
      const { callDistanceBps: distanceBps, releaseBps } = DEFAULT_MARGIN_RULES;
      const running = await runService(
        {
          folder: join(folder, 'state'),
          databaseUrl: undefined,
          operatorToken: token,
          listen: { host: '127.0.0.1', port: 0 },
          rules: { distanceBps, releaseBps },
          webhooks: [],
          proving: undefined,
          chain: { venue, rpc: [chain.url], pollMs: CHAIN_POLL_MS },
          submitting: {
            keystore: undefined,
            signer: SENDER,
            budgetWei: BUDGET_WEI,
            confirmations: 1,
            patience: 3,
            batch: 16,
          },
          limits: { bodyBytes: BODY_BYTES, requestsPerMinute: REQUESTS_PER_MINUTE },
        },
        serviceLogger('warn', [token]),
        // Its folder is its own: no other process can take its place.
        () => undefined,
      );
      return new Operator(folder, running, token);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Hands over the ledger that the rollup has now: the first whole, of later ones what changed. */
  async take({ accounts, root: made }: Ledger): Promise<void> {
    const before = this.#accounts;
    const changed = accounts
      .map((account, index) => ({ index, account }))
      .filter(({ index, account }) => account !== before[index]);
    if (changed.length === 0) return;
    const sequence = this.#sequence + 1;
    const root = made.toString();
    const { data, error } =
      this.#sequence === 0
        ? await this.#client.PUT('/ledger', {
            body: { sequence, root, ledger: JSON.parse(formatLedger(accounts)) as Document },
          })
        : await this.#client.POST('/ledger/updates', {
            body: {
              sequence,
              root,
              changes: changed.map(({ index, account }) => ({
                index,
                account: accountDocument(account) as Document,
              })),
            },
          });
    confirm(data?.root === root, `the service takes ledger ${sequence}: ${error?.message ?? ''}`);
    this.#accounts = accounts;
    this.#sequence = sequence;
  }

  /** The exact margin of every account of the ledger at a tick, once the service has published that tick. */
  async margins(snapshotHash: bigint): Promise<Remargined> {
    const tick = snapshotHash.toString();
    await this.until('the service margins the tick', async () => {
      const { data } = await this.#client.GET('/accounts/{account}', {
        params: { path: { account: '0' } },
      });
      return data?.tick === tick && data.ledgerSequence === this.#sequence;
    });
    const { data: totals } = await this.#client.GET('/totals');
    const { data: below } = await this.#client.GET('/liquidatable');
    const liquidatable = new Set(
      confirm(below, 'the service says who is below maintenance').accounts,
    );
    const standings: Standing[] = [];
    for (let first = 0; first < this.#accounts.length; first += ASKED_AT_ONCE) {
      const indices = [...this.#accounts.keys()].slice(first, first + ASKED_AT_ONCE);
      standings.push(
        ...(await Promise.all(indices.map(async (index) => this.#standing(index, liquidatable)))),
      );
    }
    return remargined(standings, confirm(totals, 'the service has totals').remarginMs);
  }

  /** The proof file by which an account was opened, verified before it was stored. */
  async proofOf(account: number): Promise<string> {
    const { data } = await this.#client.GET('/accounts/{account}/proof', {
      params: { path: { account: String(account) } },
    });
    return confirm(data, `the service has proven account ${account}`).proof;
  }

  async openings(): Promise<OpeningFigures> {
    const { data = '' } = await this.#client.GET('/metrics', { parseAs: 'text' });
    return {
      made: metricOf(data, 'plimsoll_proofs_made'),
      workMs: metricOf(data, 'plimsoll_proof_work_ms'),
    };
  }

  /** Waits until the service has followed the chain to where an account stands so. */
  async confirmState(account: number, state: AccountState): Promise<void> {
    await this.until(`the service has account ${account} as ${state}`, async () => {
      const { data } = await this.#client.GET('/accounts/{account}', {
        params: { path: { account: String(account) } },
      });
      return data?.state === state;
    });
  }

  /** What the insurance fund has of its own, and what is spoken for; E6 USD. */
  async fund(): Promise<{ readonly assetsE6: bigint; readonly reservedE6: bigint }> {
    const { data } = await this.#client.GET('/fund');
    const { assetsE6, reservedE6 } = confirm(data, 'the service reads the fund');
    return { assetsE6: BigInt(assetsE6), reservedE6: BigInt(reservedE6) };
  }

  /** Throws `NotAsTold` when it does not come about. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    for (const end = Date.now() + MOST_WAIT_MS; Date.now() < end; await sleep(LOOK_MS)) {
      if (await holds()) return;
    }
    throw new NotAsTold(what);
  }

  async stop(): Promise<void> {
    await this.#running.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #standing(index: number, liquidatable: ReadonlySet<number>): Promise<Standing> {
    const { data } = await this.#client.GET('/accounts/{account}/margin', {
      params: { path: { account: String(index) } },
    });
    const margin = confirm(data, `the service margins account ${index}`);
    return {
      equityE6: BigInt(margin.equityE6),
      mmE6: BigInt(margin.mmE6),
      deficitE6: BigInt(margin.deficitE6),
      liquidatable: liquidatable.has(index),
      bankrupt: margin.status === 'bankrupt',
    };
  }
}

/** As JSON has it; what it must hold the service checks. */
type Document = Record<string, unknown>;
