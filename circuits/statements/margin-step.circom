// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/max-zero.circom";
include "arithmetic/range.circom";
include "dynamic/clamped.circom";
include "dynamic/decay.circom";
include "dynamic/effective-general.circom";
include "dynamic/effective-grid.circom";
include "dynamic/elapsed.circom";
include "dynamic/event-raise.circom";
include "dynamic/exponential.circom";
include "dynamic/input-words.circom";
include "dynamic/rule-words.circom";
include "dynamic/state-words.circom";
include "dynamic/tags.circom";
include "dynamic/underlying-step.circom";
include "ledger/hash-words.circom";
include "ledger/risk-parameters.circom";

/**
 * @title MarginStep
 * @notice The next margin state is the one that the rule makes of the last state and the signed inputs, and
 * the effective parameter set is the base set under it (docs/spec.md §9).
 * @input, @output see the banners
 * Assumes a previous state that steps or the governed opening made: its logarithms within 42 bits.
 * Guarantees exactly one next state and one effective set for every rule, state, inputs and base set; a
 * counter that fell or a time that did not advance has no witness.
 * Cost: 18,267 constraints.
 */
template MarginStep() {
    // ---- PUBLIC ----
    signal output baseHash;          // parameterHash of the governed set
    signal output marginInputsHash;  // what the quorum signed
    signal output previousStateHash;
    signal output nextStateHash;
    signal output effectiveHash;     // parameterHash of the set that now holds
    signal output step;              // sequence (32) | time (32) | applied (2 × 42) | target (2 × 42)
    signal input context;            // keccak256(chain id, contract, action, beneficiary) mod r

    // ---- PRIVATE ----
    signal input limitsWord;         // of the rule
    signal input constantsWord;
    signal input ruleUnderlyingWord[2];
    signal input eventsWord;
    signal input stateStepWord;      // of the previous state
    signal input stateUnderlyingWord[2];
    signal input timeWord;           // of the inputs
    signal input inputUnderlyingWord[2];
    signal input generalWord;        // of the base set
    signal input concentrationWord;
    signal input assetWord[3];
    signal input volatilityWord[2];
    signal input tenorDigest;
    signal input documentWord;
    signal input scenarioWord[2][8];

    // 1. Rule, state and inputs.
    component rule = RuleWords();
    rule.limitsWord <== limitsWord;
    rule.constantsWord <== constantsWord;
    rule.underlyingWord <== ruleUnderlyingWord;
    rule.eventsWord <== eventsWord;
    component last = StateWords();
    last.ruleHash <== rule.ruleHash;
    last.stepWord <== stateStepWord;
    last.underlyingWord <== stateUnderlyingWord;
    component inputs = InputWords();
    inputs.timeWord <== timeWord;
    inputs.underlyingWord <== inputUnderlyingWord;
    previousStateHash <== last.stateHash;
    marginInputsHash <== inputs.inputsHash;

    // 2. What follows from the time alone: decays, limits, silence, events.
    component elapsed = Elapsed();
    elapsed.time <== inputs.time;
    elapsed.previousTime <== last.time;
    signal keepFastQ48 <== Decay(fastDecay())(elapsed.digit);
    signal keepLongQ48 <== Decay(longDecay())(elapsed.digit);
    signal allowanceSeconds <== rule.clipSeconds + rule.clipFactor * elapsed.elapsed;
    component silence = MaxZero(20);
    silence.in <== elapsed.elapsed - rule.heartbeatSeconds;
    _ <== silence.negative;
    signal fallQ40 <== rule.fallPerSecondQ40 * (elapsed.elapsed - silence.out);
    signal riseSeconds <== Smaller(20)(elapsed.elapsed, rule.riseSeconds);
    signal riseQ40 <== rule.risePerSecondQ40 * riseSeconds;
    signal surchargeQ40 <== Smaller(53)(rule.silencePerSecondQ40 * silence.out, rule.silenceMaxQ40);
    component events = EventRaise();
    events.time <== inputs.time;
    events.start <== rule.eventStart;
    events.seconds <== rule.eventSeconds;
    events.raiseQ10 <== rule.eventRaiseQ10;

    // 3. Both underlyings.
    component own[2];
    var underlyingWord[2];
    for (var u = 0; u < 2; u++) {
        own[u] = UnderlyingStep();
        own[u].elapsed <== elapsed.elapsed;
        own[u].allowanceSeconds <== allowanceSeconds;
        own[u].keepFastQ48 <== keepFastQ48;
        own[u].keepLongQ48 <== keepLongQ48;
        own[u].weightBaseQ16 <== rule.weightBaseQ16;
        own[u].weightLongQ16 <== rule.weightLongQ16;
        own[u].weightFastQ16 <== rule.weightFastQ16;
        own[u].impliedWeightQ16 <== rule.impliedWeightQ16;
        own[u].baseRateQ64 <== rule.baseRateQ64[u];
        own[u].unitLogQ72 <== rule.unitLogQ72[u];
        own[u].raiseQ40 <== events.raiseQ40 + surchargeQ40;
        own[u].floorLogQ40 <== rule.floorLogQ40;
        own[u].capLogQ40 <== rule.capLogQ40;
        own[u].riseQ40 <== riseQ40;
        own[u].fallQ40 <== fallQ40;
        own[u].hysteresisQ40 <== rule.hysteresisQ40;
        own[u].leadMaxQ40 <== rule.leadMaxQ40;
        own[u].counterQ48 <== inputs.counterQ48[u];
        own[u].impliedRateQ64 <== inputs.impliedRateQ64[u];
        own[u].previousCounterQ48 <== last.counterQ48[u];
        own[u].previousFastQ64 <== last.fastQ64[u];
        own[u].previousLongQ64 <== last.longQ64[u];
        own[u].previousLogQ40 <== last.logQ40[u];
        own[u].previousAppliedLogQ40 <== last.appliedLogQ40[u];
        underlyingWord[u] = inputs.counterQ48[u] + own[u].fastQ64 * 2 ** 64 + own[u].longQ64 * 2 ** 112
            + (own[u].logQ40 + 2 ** 41) * 2 ** 160 + (own[u].appliedLogQ40 + 2 ** 41) * 2 ** 202;
    }

    // 4. The next state. After 2^32 − 1 steps there is none.
    signal sequence <== Range(32)(last.sequence + 1);
    signal stepWord <== sequence + inputs.time * 2 ** 32;
    nextStateHash <== HashWords(TAG_MARGIN_STATE(), 4)([
        rule.ruleHash, stepWord, underlyingWord[0], underlyingWord[1]
    ]);
    step <== stepWord + (own[0].appliedLogQ40 + 2 ** 41) * 2 ** 64
        + (own[1].appliedLogQ40 + 2 ** 41) * 2 ** 106 + (own[0].targetLogQ40 + 2 ** 41) * 2 ** 148
        + (own[1].targetLogQ40 + 2 ** 41) * 2 ** 190;

    // 5. The effective set: grids, general word, everything else as in the base set.
    component grid = EffectiveGrid();
    grid.scenarioWord <== scenarioWord;
    for (var u = 0; u < 2; u++) {
        grid.multiplierQ20[u] <== ExponentialQ20()(own[u].appliedLogQ40 + 2 ** 41);
    }
    // The larger lead, and the larger funding up to its cap.
    component lead = MaxZero(40);
    lead.in <== own[0].leadQ40 - own[1].leadQ40;
    _ <== lead.negative;
    component funding = MaxZero(11);
    funding.in <== inputs.fundingBps[0] - inputs.fundingBps[1];
    _ <== funding.negative;
    component general = EffectiveGeneral();
    general.generalWord <== generalWord;
    general.aheadQ20 <== ExponentialQ20()(own[1].leadQ40 + lead.out + 2 ** 41);
    general.fundingBps <== Smaller(11)(inputs.fundingBps[1] + funding.out, rule.fundingCapBps);

    component sets[2];
    for (var i = 0; i < 2; i++) {
        sets[i] = RiskParameters();
        sets[i].concentrationWord <== concentrationWord;
        sets[i].assetWord <== assetWord;
        sets[i].volatilityWord <== volatilityWord;
        sets[i].tenorDigest <== tenorDigest;
        sets[i].documentWord <== documentWord;
    }
    sets[0].generalWord <== generalWord;
    sets[0].scenarioDigest <== grid.baseDigest;
    sets[1].generalWord <== general.effectiveWord;
    sets[1].scenarioDigest <== grid.effectiveDigest;
    baseHash <== sets[0].parameterHash;
    effectiveHash <== sets[1].parameterHash;

    // 6. The context is bound: an input that no constraint touches could be changed by anyone.
    signal contextSquare <== context * context;
}
