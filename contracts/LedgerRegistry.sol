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
    /// @dev The last one accepted before the minute in which `_latest` was.
    Ledger private _beforeMinute;

    constructor(IStateTransitionVerifier transitionVerifier_) {
        transitionVerifier = transitionVerifier_;
    }

    /// @inheritdoc ILedgerRegistry
    function submitRoot(
        uint256 newRoot,
        uint32 newAccountCount,
        uint64 newBookedThrough,
        bytes calldata transitionProof
    ) external {
        Ledger memory previous = _latest;
        require(newRoot != 0, RootIsZero());
        require(newRoot < ScalarField.MODULUS, RootNotInField(newRoot));
        require(newRoot != previous.root, RootUnchanged(newRoot));
        require(newAccountCount <= MAX_ACCOUNTS, TooManyAccounts(newAccountCount, MAX_ACCOUNTS));
        require(
            newBookedThrough >= previous.bookedThrough,
            BookingWentBackwards(newBookedThrough, previous.bookedThrough)
        );
        require(
            transitionVerifier.verifyTransition(
                previous.root,
                previous.accountCount,
                newRoot,
                newAccountCount,
                newBookedThrough,
                transitionProof
            ),
            TransitionRejected(previous.root, newRoot)
        );

        uint64 sequence = previous.sequence + 1;
        uint64 acceptedAt = uint64(block.timestamp);
        if (_minute(previous.acceptedAt) != _minute(acceptedAt)) _beforeMinute = previous;
        _latest = Ledger({
            sequence: sequence,
            accountCount: newAccountCount,
            root: newRoot,
            acceptedAt: acceptedAt,
            bookedThrough: newBookedThrough
        });
        emit RootAccepted(sequence, newRoot, newAccountCount);
    }

    /// @inheritdoc ILedgerRegistry
    function latest() external view returns (Ledger memory) {
        return _latest;
    }

    /// @inheritdoc ILedgerRegistry
    function ledgerAt(uint64 time) external view returns (Ledger memory ledger) {
        if (_latest.acceptedAt <= time) return _latest;
        if (_beforeMinute.acceptedAt <= time) return _beforeMinute;
    }

    /// @dev The first full minute that does not come before `time`.
    function _minute(uint64 time) private pure returns (uint64) {
        return (time + 59) / 60;
    }
}
