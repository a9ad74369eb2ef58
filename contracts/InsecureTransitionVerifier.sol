// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IStateTransitionVerifier, Transition} from "./interfaces/IStateTransitionVerifier.sol";
import {LocalChain} from "./libraries/LocalChain.sol";

/// @title INSECURE: accepts every transition
/// @notice Stands where the rollup's validity proof belongs, on local chains only: its constructor reverts
/// anywhere else.
contract InsecureTransitionVerifier is IStateTransitionVerifier {
    constructor() {
        LocalChain.requireLocal();
    }

    /// @inheritdoc IStateTransitionVerifier
    function verifyTransition(Transition calldata, bytes calldata) external pure returns (bool) {
        return true;
    }
}
