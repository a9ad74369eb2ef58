// SPDX-License-Identifier: GPL-3.0-or-later
pragma circom 2.2.0;

include "arithmetic/range.circom";
include "margin/requirement.circom";

// Requirement with the bound that it asks of its caller.
template ChargedRequirement() {
    signal input lossQ16[2];
    signal input mmFactorBps;
    signal input contingenciesBpsQ10;
    signal output requirementE6;

    component requirement = Requirement();
    requirement.lossQ16 <== lossQ16;
    requirement.mmFactorBps <== Range(16)(mmFactorBps);
    requirement.contingenciesBpsQ10 <== contingenciesBpsQ10;
    requirementE6 <== requirement.requirementE6;
    _ <== Range(89)(requirementE6);
}
