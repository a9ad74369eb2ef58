// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IStateTransitionVerifier, Transition} from "../interfaces/IStateTransitionVerifier.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: takes the signature of one attester for the rollup's proof
/// @notice Stands where a proof must be bound to its public inputs: a signature over keccak256(abi.encode(transition))
/// serves no other transition, as a validity proof would not.
contract AttestedTransitionVerifier is IStateTransitionVerifier {
    /// @notice Whose signature counts: the checker of the reference sequencer.
    address public immutable attester;

    constructor(address attester_) {
        LocalChain.requireLocal();
        attester = attester_;
    }

    /// @inheritdoc IStateTransitionVerifier
    function verifyTransition(
        Transition calldata transition,
        bytes calldata proof
    ) external view returns (bool) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(
            keccak256(abi.encode(transition)),
            proof
        );
        return failure == ECDSA.RecoverError.NoError && signer == attester;
    }
}
