// SPDX-License-Identifier: GPL-3.0-or-later
import { ZeroAddress } from 'ethers';

import { proofContext } from '../../chain/context.ts';
import { plannedRule } from '../../chain/deployment/planned-rule.ts';
import { PlimsollError } from '../../core/errors.ts';
import { marginInputsOf } from '../../documents/margin-inputs-document.ts';
import type { DynamicInputs } from '../../model/dynamic.ts';
import { dynamicStep, initialState } from '../../risk/dynamic/rule.ts';
import type { StatementSignals } from '../../statements/generated/public-signals.ts';
import { effectiveSet } from '../../statements/margin-step.ts';
import { prepareStatement } from '../../statements/prepare.ts';
import { given, unchecked } from '../verdict.ts';
import { eventsBefore, type AuditedEvent } from './history.ts';
import type { ReplayContext } from './ledgers.ts';
import type { PublishedParameters, Snapshots } from './ticks.ts';

/** What the signals of a margin step must be. */
type StepSignals = StatementSignals['margin-step'];

/** The margin state's history, worked out from its rule and what the quorum signed. */
export class MarginSteps {
  readonly #signals = new Map<AuditedEvent, StepSignals>();
  #fault: string | undefined;

  /** Steps from the opening on; effective sets that they come to count as published. */
  constructor(
    { evidence, events }: ReplayContext,
    snapshots: Snapshots,
    parameters: PublishedParameters,
  ) {
    const { movingMargin, contracts, chainId } = evidence.venue;
    if (movingMargin === undefined || contracts.marginState === undefined) return;
    const { rule, hash } = plannedRule(movingMargin);
    const context = proofContext(chainId, contracts.marginState, 'stepMargin', ZeroAddress);
    let state = initialState(rule, hash, marginInputsOf(movingMargin.inputs));
    let carried: DynamicInputs | undefined;
    for (const event of events) {
      const { name, args } = event;
      try {
        if (name === 'SnapshotAccepted') {
          carried = snapshots.of(args['snapshotHash'] as bigint).marginInputs ?? carried;
        }
        if (name !== 'MarginStepped') continue;
        const base = parameters.of(args['baseHash'] as bigint);
        const inputs = given(carried, 'no snapshot carried inputs of the margin rule');
        const request = { rule, base, state, inputs, context };
        const step = dynamicStep(rule, state, inputs);
        this.#signals.set(event, prepareStatement('margin-step', request).publicSignals);
        parameters.add({ ...base, ...effectiveSet(base, step) });
        ({ state } = step);
      } catch (error) {
        // A step that the rule does not take, or whose base or inputs nobody has: what follows is unknown.
        this.#fault =
          error instanceof PlimsollError
            ? error.message
            : `step ${state.sequence + 1n} cannot be followed`;
        return;
      }
    }
  }

  of(event: AuditedEvent): StepSignals {
    return this.#signals.get(event) ?? unchecked(this.#fault ?? 'the venue has no margin state');
  }
}

/** The set that ticks must bind: what a margin state in force has come to, or the active one. */
export function setInForce(
  events: readonly AuditedEvent[],
  initial: bigint,
): (event: AuditedEvent) => bigint {
  return (at) => {
    const before = eventsBefore(events, at);
    const last = (name: string): AuditedEvent['args'] | undefined =>
      before.findLast((event) => event.name === name)?.args;
    const moves = last('MarginStateActivated')?.['state'];
    if (moves !== undefined && moves !== ZeroAddress) {
      return given(
        last('MarginStepped')?.['effectiveHash'] as bigint | undefined,
        'no step was taken',
      );
    }
    return (last('ParametersActivated')?.['parameterHash'] as bigint | undefined) ?? initial;
  };
}
