// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IGoverned} from "../interfaces/IGoverned.sol";

/// @title Two-step ownership that cannot be given up, and proposals that ripen and expire
/// @dev A contract without an owner could never resume from a halt or replace a compromised signer.
abstract contract Governed is IGoverned, Ownable2Step {
    /// @dev How long a proposal can be activated once its timelock has elapsed.
    uint64 internal constant PROPOSAL_LIFE = 14 days;

    constructor(address initialOwner) Ownable(initialOwner) {}

    function renounceOwnership() public pure override {
        revert OwnershipCannotBeRenounced();
    }

    /// @param activatableAt When the timelock elapses; zero where nothing is proposed
    function _requireRipe(uint64 activatableAt) internal view {
        require(activatableAt != 0, NoProposal());
        require(block.timestamp >= activatableAt, TimelockNotElapsed(activatableAt));
        uint64 expiresAt = activatableAt + PROPOSAL_LIFE;
        require(block.timestamp < expiresAt, ProposalExpired(expiresAt));
    }
}
