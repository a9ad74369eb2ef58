// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IStateTransitionVerifier, Transition} from "../interfaces/IStateTransitionVerifier.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: accepts no transition
/// @notice Shows that the ledger registry obeys its transition verifier.
contract RefusingTransitionVerifier is IStateTransitionVerifier {
    constructor() {
        LocalChain.requireLocal();
    }

    /// @inheritdoc IStateTransitionVerifier
    function verifyTransition(Transition calldata, bytes calldata) external pure returns (bool) {
        return false;
    }
}
