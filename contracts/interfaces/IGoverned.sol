// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Ownership and timelocks, as every governed contract has them
/// @dev Trust assumptions: the owner can do nothing at once that loosens a rule. What it proposes can be
/// activated by anyone once its timelock has elapsed, and by nobody once it is `PROPOSAL_LIFE` old beyond
/// that: a forgotten proposal is not a loaded gun.
interface IGoverned {
    error OwnershipCannotBeRenounced();
    error NoProposal();
    error TimelockNotElapsed(uint64 activatableAt);
    error ProposalExpired(uint64 expiredAt);
}
