// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress, type JsonRpcProvider, type Signer } from 'ethers';

import { readSender } from '../../chain/remote-signer.ts';
import { ContractRefused, tryCall } from '../../chain/refusal.ts';
import { connectVenue } from '../../chain/venue.ts';
import type { VenueDocument } from '../../chain/venue-document.ts';
import { inputsHash, stateHash } from '../../commitments/dynamic-words.ts';
import { parameterHash } from '../../commitments/parameters-words.ts';
import { InvalidInput } from '../../core/errors.ts';
import type { ParameterSet } from '../../documents/parameters-document.ts';
import { MarginSteps, marginStepCall } from '../../keeper/margin-steps.ts';
import { findArtifact, loadArtifactManifest } from '../../proving/artifacts.ts';
import { parseProof, toSolidity, type SolidityProof } from '../../proving/formats/proof-file.ts';
import type { MarginStepRequest } from '../../statements/margin-step.ts';
import { prepareStatement } from '../../statements/prepare.ts';
import type { ChainConfig, SteppingConfig } from '../config/chain-settings.ts';
import { ForkedProver } from '../proving/proof-maker.ts';
import type { Fees } from './fees.ts';
import { StepSender } from './step-sender.ts';

export interface StepHooks {
  readonly log: (what: string, about: object) => void;
  readonly fault: (error: unknown) => void;
}

/**
 * Takes the margin steps of a venue by itself. Nothing of it is kept: what the contract has taken it takes
 * no second time, and under a number of the sender's own at most one transaction is mined. The sender is
 * nobody else's, so that a step that is not mined holds up no opening.
 */
export class StepDesk {
  readonly #steps: MarginSteps;
  readonly #document: VenueDocument;
  readonly #signer: Signer;
  readonly #provider: JsonRpcProvider;
  readonly #prover = new ForkedProver();
  readonly #hooks: StepHooks;
  readonly #sender: StepSender;
  #turn: Promise<void> | undefined;
  #proven: { readonly of: string; readonly proof: SolidityProof } | undefined;
  #taken = 0;
  /** The head that was looked at last: until another comes nothing is new. */
  #lookedAt = -1;
  #isStopped = false;

  private constructor(
    steps: MarginSteps,
    document: VenueDocument,
    signer: Signer,
    provider: JsonRpcProvider,
    hooks: StepHooks,
  ) {
    this.#steps = steps;
    this.#document = document;
    this.#signer = signer;
    this.#provider = provider;
    this.#hooks = hooks;
    this.#sender = new StepSender((number) =>
      hooks.log('margin step not mined at the most that is paid', { number }),
    );
  }

  /**
   * Throws `InvalidInput` where the venue's margin does not move or the sender is another desk's,
   * `ARTIFACT_MISSING` where the circuit of steps is not built.
   *
   * @param otherSender who sends openings, if anybody does
   */
  static async open(
    { keystore }: SteppingConfig,
    { venue: document, marginState }: Pick<ChainConfig, 'venue' | 'marginState'>,
    provider: JsonRpcProvider,
    bases: readonly ParameterSet[],
    otherSender: string | undefined,
    hooks: StepHooks,
  ): Promise<StepDesk> {
    const steps = MarginSteps.of(document, provider, bases, marginState);
    if (steps === undefined) {
      throw new InvalidInput('stepping', 'needs a venue with a margin state: this one’s stands');
    }
    findArtifact(loadArtifactManifest(), 'margin-step', 'any');
    const sender = await readSender(keystore, 'stepping.keystore');
    if (sender.address === otherSender) {
      throw new InvalidInput(
        'stepping.keystore',
        'must be of another key than submitting’s: openings must not wait for a step',
      );
    }
    return new StepDesk(steps, document, sender.connect(provider), provider, hooks);
  }

  /** Steps that were sent from here. */
  get taken(): number {
    return this.#taken;
  }

  /** Begins what is due unless it is at work already; returns at once. */
  work(): void {
    this.#turn ??= this.#look()
      .catch((error: unknown) => {
        if (!this.#isStopped) this.#hooks.fault(error);
      })
      .finally(() => {
        this.#turn = undefined;
      });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#prover.close();
    await this.#turn;
  }

  async #look(): Promise<void> {
    const block = await this.#provider.getBlockNumber();
    if (block === this.#lookedAt) return;
    const address = await this.#signer.getAddress();
    const number = await this.#provider.getTransactionCount(address, 'latest');
    if (this.#sender.isPatient(number, block)) return;
    const { request } = await this.#steps.next();
    if (request !== undefined) await this.#take(request, number, block);
    this.#lookedAt = block;
  }

  async #take(request: MarginStepRequest, number: number, block: number): Promise<void> {
    try {
      const isFirst = await this.#send(await this.#proofOf(request), number, block);
      this.#taken += isFirst ? 1 : 0;
      this.#hooks.log('margin step sent', {
        sequence: (request.state.sequence + 1n).toString(),
        time: request.inputs.time.toString(),
        number,
      });
    } catch (error) {
      // Anybody may step: what was due a moment ago may be taken.
      if (!(error instanceof ContractRefused)) throw error;
      this.#hooks.log('margin step refused', { reason: error.message });
    }
  }

  async #proofOf(request: MarginStepRequest): Promise<SolidityProof> {
    const { base, state, inputs } = request;
    const of = [parameterHash(base), stateHash(state), inputsHash(inputs)].join();
    if (this.#proven?.of === of) return this.#proven.proof;
    const instance = prepareStatement('margin-step', request);
    const { chainId, contracts } = this.#document;
    const { file } = await this.#prover.prove(instance, {
      chainId,
      contract: contracts.marginState!,
      action: 'stepMargin',
      beneficiary: ZeroAddress,
    });
    this.#proven = { of, proof: toSolidity(parseProof(file)) };
    return this.#proven.proof;
  }

  async #send(proof: SolidityProof, number: number, block: number): Promise<boolean> {
    const call = marginStepCall(connectVenue(this.#document.contracts, this.#signer), proof);
    const gas = await tryCall(call);
    const transaction = {
      fees: async () => {
        const { maxFeePerGas, maxPriorityFeePerGas, gasPrice } = await this.#provider.getFeeData();
        return { maxFeeWei: maxFeePerGas ?? gasPrice ?? 0n, tipWei: maxPriorityFeePerGas ?? 0n };
      },
      send: async (nonce: number, { maxFeeWei, tipWei }: Fees) =>
        call.contract.getFunction(call.method).send(...call.args, {
          nonce,
          // An eighth above the estimate: a block may come between.
          gasLimit: (gas * 9n) / 8n,
          maxFeePerGas: maxFeeWei,
          maxPriorityFeePerGas: tipWei,
        }),
    };
    return await this.#sender.send(transaction, number, block);
  }
}
