// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "margin/initial-contingencies.circom";
include "margin/total-requirement.circom";

// InitialContingencies in a requirement, with the widths that they ask of their caller.
template ChargedInitialMargin(COUNT) {
    signal input underlying[COUNT];
    signal input chargedLots[COUNT];
    signal input isListed[COUNT];
    signal input sliceConfidenceQ10[COUNT];
    signal input indexE4[2];
    signal input confidenceQ10[2];
    signal input time;
    signal input indexTime;
    signal input dollarDeltaE6[2];
    signal input haircutValueE6[3];
    signal input imExtraBps[3];
    signal input confidenceBps;
    signal input confidenceThresholdQ10;
    signal input latencyBpsPerSecondX10;
    signal input latencyMaxBps;
    signal input scanQ16;
    signal input factorBps;
    signal input contingenciesBpsQ10;
    signal output furtherE6;
    signal output requirementE6;

    component initial = InitialContingencies(COUNT);
    initial.underlying <== underlying;
    initial.chargedLots <== chargedLots;
    initial.isListed <== isListed;
    initial.sliceConfidenceQ10 <== sliceConfidenceQ10;
    for (var u = 0; u < 2; u++) {
        initial.indexE4[u] <== Range(38)(indexE4[u]);
        initial.confidenceQ10[u] <== Range(11)(confidenceQ10[u]);
    }
    initial.time <== Range(32)(time);
    initial.indexTime <== Range(32)(indexTime);
    initial.dollarDeltaE6 <== dollarDeltaE6;
    for (var c = 0; c < 3; c++) {
        initial.haircutValueE6[c] <== Range(77)(haircutValueE6[c]);
        initial.imExtraBps[c] <== Range(14)(imExtraBps[c]);
    }
    initial.confidenceBps <== Range(16)(confidenceBps);
    initial.confidenceThresholdQ10 <== Range(11)(confidenceThresholdQ10);
    initial.latencyBpsPerSecondX10 <== Range(16)(latencyBpsPerSecondX10);
    initial.latencyMaxBps <== Range(16)(latencyMaxBps);
    furtherE6 <== initial.totalE6;

    component total = TotalRequirement();
    total.scanQ16 <== Range(100)(scanQ16);
    total.factorBps <== Range(16)(factorBps);
    total.contingenciesBpsQ10 <== contingenciesBpsQ10;
    total.furtherE6 <== furtherE6;
    requirementE6 <== total.requirementE6;
}
