// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {StatementVerifiers} from "./libraries/StatementVerifiers.sol";
import {ProofGate} from "./ProofGate.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";

/// @title What actions on an `account-margin` proof share
abstract contract AccountMarginGate is ProofGate {
    bytes32 internal constant ACCOUNT_MARGIN = "account-margin";

    IGroth16Verifier private immutable _small;
    IGroth16Verifier private immutable _sixteen;
    IGroth16Verifier private immutable _sixtyFour;

    constructor(IGroth16Verifier[3] memory verifiers) {
        StatementVerifiers.requireOf(
            ACCOUNT_MARGIN,
            AccountMarginSignals.SMALLEST_PROFILE,
            verifiers
        );
        (_small, _sixteen, _sixtyFour) = (verifiers[0], verifiers[1], verifiers[2]);
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
        IMarketFeed.Tick memory cited,
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

    function _requireMarginValid(
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) internal view {
        _requireValid(ACCOUNT_MARGIN, profile, proof, publicSignals);
    }
}
