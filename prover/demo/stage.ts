// SPDX-License-Identifier: GPL-3.0-or-later
import { Result, getAddress, toBeHex, type Signer, type TransactionReceipt } from 'ethers';
import { z } from 'zod';

import { proofContext, type Action } from '../chain/context.ts';
import { eventsNamed, eventsOf, type EventName, type EventValues } from '../chain/events.ts';
import type { Profile } from '../chain/config.ts';
import { read } from '../chain/refusal.ts';
import type { CitedProof } from '../chain/submit.ts';
import { connectVenue, type Venue } from '../chain/venue.ts';
import type { AccountChange } from '../commitments/account-change.ts';
import type { Ledger } from '../commitments/ledger.ts';
import type { ParameterSet } from '../documents/parameters-document.ts';
import { toSolidity, type ProofFile } from '../proving/formats/proof-file.ts';
import type { Prover } from '../proving/prover.ts';
import type { PublishedSnapshot, Sample } from '../sample/sample.ts';
import type { ProposalOptions } from '../sequencer/propose.ts';
import type { Sequencer } from '../sequencer/sequencer.ts';
import { MarketTick } from '../statements/market-tick.ts';
import { prepareStatement } from '../statements/prepare.ts';
import { confirm } from './confirm.ts';
import type { LocalChain } from './local-chain.ts';
import type { Operator } from './operator.ts';
import type { Story } from './story.ts';
import { openTickOn } from './ticks.ts';

/** A tick as it stands on chain, with what it is of. */
export interface PlayedTick {
  readonly tick: EventValues<'TickOpened'>;
  readonly ledger: Ledger;
  readonly published: PublishedSnapshot;
  /** The market of it, worked out once for all that is proven at it. */
  readonly market: MarketTick;
}

/** As `ILiquidationEngine.Status` numbers them. */
export const STATUS = {
  none: 0n,
  open: 1n,
  expired: 2n,
  cured: 3n,
  escrowed: 4n,
  settled: 5n,
  backstopped: 6n,
} as const;

const liquidationStatus = z
  .instanceof(Result)
  .transform((struct): unknown => struct.toObject())
  .pipe(z.object({ status: z.bigint() }))
  .transform(({ status }) => status);

/** What every chapter plays on. */
export class Stage {
  readonly chain: LocalChain;
  readonly venue: Venue;
  readonly prover: Prover;
  readonly parameters: ParameterSet;
  readonly sample: Sample;
  readonly sequencer: Sequencer;
  readonly operator: Operator;
  readonly story: Story;
  readonly note: (line: string) => void;

  constructor(
    own: Pick<
      Stage,
      | 'chain'
      | 'venue'
      | 'prover'
      | 'parameters'
      | 'sample'
      | 'sequencer'
      | 'operator'
      | 'story'
      | 'note'
    >,
  ) {
    this.chain = own.chain;
    this.venue = own.venue;
    this.prover = own.prover;
    this.parameters = own.parameters;
    this.sample = own.sample;
    this.sequencer = own.sequencer;
    this.operator = own.operator;
    this.story = own.story;
    this.note = own.note;
  }

  /** The next block comes so many seconds after the last one, however long a proof took. */
  async after(seconds = 1n): Promise<void> {
    await this.chain.setNextTime((await this.chain.now()) + seconds);
  }

  by(signer: Signer): Venue {
    return connectVenue(this.venue.addresses, signer);
  }

  /** Posts the next ledger, and hands it to the service as it then stands. */
  async post(options?: ProposalOptions): Promise<void> {
    await this.sequencer.post(options);
    await this.operator.take(this.sequencer.ledger);
  }

  /** Publishes a market and reads the tick back. */
  async tick(published: PublishedSnapshot): Promise<PlayedTick> {
    const { ledger } = this.sequencer;
    const tick = await openTickOn(this.chain, this.venue, ledger, published);
    return { tick, ledger, published, market: new MarketTick(published.snapshot, this.parameters) };
  }

  /** A proof about an account at a tick, bound to one use. */
  async prove(
    statement: 'account-margin',
    { tick, ledger, market }: PlayedTick,
    index: number,
    use: { readonly action: Action; readonly beneficiary: string; readonly change?: AccountChange },
  ): Promise<CitedProof> {
    this.note(`proving ${statement} of ${this.story.nameOf(index)}`);
    const { action, beneficiary, change } = use;
    const { liquidationEngine } = this.venue.addresses;
    const proven = await this.prover.prove(
      prepareStatement(statement, {
        opening: ledger.open(index),
        tick: market,
        context: proofContext(this.chain.chainId, liquidationEngine, action, beneficiary),
        change,
      }),
    );
    this.story.proven(proven);
    return {
      tick: tick.number,
      profile: proven.file.profile as Profile,
      ...toSolidity(proven.file),
    };
  }

  /** Verifies a proof that the service has made, with the keys of this checkout. */
  async verify(file: ProofFile): Promise<void> {
    const started = performance.now();
    confirm(await this.prover.verify(file), 'the proof of the service holds');
    this.story.verified(file, performance.now() - started);
  }

  /** Whether a transaction of the service waits for the next block. */
  async isAwaited(): Promise<boolean> {
    const { provider } = this.chain;
    const { sender } = this.operator;
    const mined = await provider.getTransactionCount(sender, 'latest');
    return (await provider.getTransactionCount(sender, 'pending')) > mined;
  }

  /** What the transactions of the newest block came to. */
  async newestReceipts(): Promise<readonly TransactionReceipt[]> {
    const { provider } = this.chain;
    const { transactions } = confirm((await provider.getBlock('latest')) ?? undefined, 'a block');
    const receipts = await Promise.all(
      transactions.map(async (hash) => provider.getTransactionReceipt(hash)),
    );
    return receipts.filter((receipt) => receipt !== null);
  }

  /** The one event of a kind that a transaction has. */
  event<N extends EventName>(receipt: TransactionReceipt, name: N): EventValues<N> {
    const [found] = this.events(receipt, name);
    return confirm(found, `the chain announces ${name}`);
  }

  events<N extends EventName>(receipt: TransactionReceipt, name: N): readonly EventValues<N>[] {
    return eventsNamed(eventsOf(this.venue, receipt), name).map(
      ({ values }) => values as EventValues<N>,
    );
  }

  /** Reads back what the engine holds of an account. */
  async confirmStatus(
    index: number,
    settlementNonce: bigint,
    status: keyof typeof STATUS,
  ): Promise<void> {
    const held = await read(
      this.venue.liquidationEngine,
      'liquidation',
      [index, settlementNonce],
      liquidationStatus,
    );
    confirm(held === STATUS[status], `the engine holds account ${index} as ${status}`);
  }
}

/** Who owns an account, as the ledger has it. */
export function ownerOf(ledger: Ledger, index: number): string {
  return getAddress(toBeHex(ledger.account(index).owner, 20));
}
