// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {HealthProof} from "../interfaces/IHealthGate.sol";
import {IMarketFeed} from "../interfaces/IMarketFeed.sol";
import {IProofGate} from "../interfaces/IProofGate.sol";
import {AccountChanges} from "../libraries/AccountChanges.sol";
import {ScalarField} from "../libraries/ScalarField.sol";
import {StatementVerifiers} from "../libraries/StatementVerifiers.sol";
import {AccountMarginSignals} from "../verifiers/AccountMarginSignals.sol";
import {ProofGate} from "./ProofGate.sol";

/// @title What actions on an `account-margin` proof share
abstract contract AccountMarginGate is ProofGate {
    bytes32 internal constant ACCOUNT_MARGIN = "account-margin";

    IGroth16Verifier private immutable _small;
    IGroth16Verifier private immutable _sixteen;
    IGroth16Verifier private immutable _sixtyFour;

    /// @param maxPositions The largest account that must find a verifier here
    constructor(IGroth16Verifier[3] memory verifiers, uint8 maxPositions) {
        uint8 smallest = AccountMarginSignals.SMALLEST_PROFILE;
        StatementVerifiers.requireOf(ACCOUNT_MARGIN, smallest, verifiers);
        StatementVerifiers.requireCovers(ACCOUNT_MARGIN, smallest, verifiers, maxPositions);
        (_small, _sixteen, _sixtyFour) = (verifiers[0], verifiers[1], verifiers[2]);
    }

    /// @inheritdoc IProofGate
    /// @dev Overridden by who takes another statement, too.
    function verifierOf(
        bytes32 statement,
        uint8 profile
    ) public view virtual override returns (IGroth16Verifier) {
        if (statement == ACCOUNT_MARGIN) return _accountMarginVerifier(profile);
        return IGroth16Verifier(address(0));
    }

    function _accountMarginVerifier(uint8 profile) internal view returns (IGroth16Verifier) {
        return
            StatementVerifiers.pick(
                profile,
                AccountMarginSignals.SMALLEST_PROFILE,
                _small,
                _sixteen,
                _sixtyFour
            );
    }

    function _readMargin(
        uint256[] calldata publicSignals
    ) internal pure returns (AccountMarginSignals.Signals memory) {
        ScalarField.requireAllInField(publicSignals);
        return AccountMarginSignals.read(publicSignals);
    }

    function _requireMarginBound(
        IMarketFeed.CitedTick memory cited,
        AccountMarginSignals.Signals memory proven,
        bytes32 action,
        address beneficiary
    ) internal view {
        _requireBound(
            cited,
            Bindings({
                ledgerRoot: proven.ledgerRoot,
                snapshotHash: proven.snapshotHash,
                parameterHash: proven.parameterHash,
                accountIndex: proven.accountIndex,
                context: proven.context
            }),
            action,
            beneficiary
        );
    }

    function _requireMarginValid(HealthProof calldata given) internal view {
        _requireValid(ACCOUNT_MARGIN, given.profile, given.proof, given.publicSignals);
    }

    /// @dev Equity at mark, to the unit what `bankruptcy` would say: haircuts are all that equity leaves out.
    function _grossEquityE6(
        AccountMarginSignals.Signals memory proven,
        int256 equityE6
    ) internal pure returns (int256) {
        return equityE6 + int256(proven.haircutE6);
    }

    function _isAsItStands(
        AccountMarginSignals.Signals memory proven
    ) internal pure returns (bool) {
        return proven.change == AccountChanges.NO_CHANGE;
    }
}
