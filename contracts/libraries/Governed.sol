// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title Two-step ownership that cannot be given up
/// @dev A contract without an owner could never lift a halt or replace a compromised signer.
abstract contract Governed is Ownable2Step {
    error OwnershipCannotBeRenounced();

    constructor(address initialOwner) Ownable(initialOwner) {}

    function renounceOwnership() public pure override {
        revert OwnershipCannotBeRenounced();
    }
}
