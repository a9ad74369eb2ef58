// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ILedgerRegistry} from "./interfaces/ILedgerRegistry.sol";
import {IStateTransitionVerifier} from "./interfaces/IStateTransitionVerifier.sol";
import {ScalarField} from "./libraries/ScalarField.sol";

/// @title The accepted ledger roots of the rollup
/// @dev Behaviour and trust assumptions: see `ILedgerRegistry`.
contract LedgerRegistry is ILedgerRegistry {
    /// @dev The ledger tree has 2^24 leaves.
    uint256 private constant MAX_ACCOUNTS = 1 << 24;

    /// @inheritdoc ILedgerRegistry
    IStateTransitionVerifier public immutable transitionVerifier;

    Ledger private _latest;

    constructor(IStateTransitionVerifier transitionVerifier_) {
        transitionVerifier = transitionVerifier_;
    }

    /// @inheritdoc ILedgerRegistry
    function submitRoot(
        uint256 newRoot,
        uint32 newAccountCount,
        bytes calldata transitionProof
    ) external {
        Ledger memory previous = _latest;
        require(newRoot != 0, RootIsZero());
        require(newRoot < ScalarField.MODULUS, RootNotInField(newRoot));
        require(newRoot != previous.root, RootUnchanged(newRoot));
        require(newAccountCount <= MAX_ACCOUNTS, TooManyAccounts(newAccountCount, MAX_ACCOUNTS));
        require(
            transitionVerifier.verifyTransition(
                previous.root,
                previous.accountCount,
                newRoot,
                newAccountCount,
                transitionProof
            ),
            TransitionRejected(previous.root, newRoot)
        );

        uint64 sequence = previous.sequence + 1;
        _latest = Ledger({sequence: sequence, accountCount: newAccountCount, root: newRoot});
        emit RootAccepted(sequence, newRoot, newAccountCount);
    }

    /// @inheritdoc ILedgerRegistry
    function latest() external view returns (Ledger memory) {
        return _latest;
    }
}
