// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AccountMarginGate} from "./base/AccountMarginGate.sol";
import {ProofGate} from "./base/ProofGate.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof, HealthyAccount, IHealthGate} from "./interfaces/IHealthGate.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {AccountChange, AccountChanges} from "./libraries/AccountChanges.sol";
import {ScalarField} from "./libraries/ScalarField.sol";
import {StatementVerifiers} from "./libraries/StatementVerifiers.sol";
import {AccountMarginSignals} from "./verifiers/AccountMarginSignals.sol";
import {SolvencyReceiptSignals} from "./verifiers/SolvencyReceiptSignals.sol";

/// @title A gate other contracts ask about the health of an account
/// @dev Behaviour and trust assumptions: see `IHealthGate`.
contract HealthGate is IHealthGate, AccountMarginGate {
    bytes32 private constant SOLVENCY_RECEIPT = "solvency-receipt";
    bytes32 private constant ACTION = keccak256("plimsoll.health.require");

    /// @dev No function here takes receipts: they are checked off chain, against the verifiers named here.
    IGroth16Verifier private immutable _receiptSmall;
    IGroth16Verifier private immutable _receiptSixteen;
    IGroth16Verifier private immutable _receiptSixtyFour;

    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        IGroth16Verifier[3] memory receiptVerifiers
    )
        ProofGate(marketFeed_)
        AccountMarginGate(accountMarginVerifiers, marketFeed_.ledgerRegistry().maxPositions())
    {
        StatementVerifiers.requireOf(
            SOLVENCY_RECEIPT,
            SolvencyReceiptSignals.SMALLEST_PROFILE,
            receiptVerifiers
        );
        (_receiptSmall, _receiptSixteen, _receiptSixtyFour) = (
            receiptVerifiers[0],
            receiptVerifiers[1],
            receiptVerifiers[2]
        );
    }

    /// @inheritdoc IHealthGate
    function requireHealthy(
        uint256 accountIndex,
        HealthProof calldata proof
    ) external view returns (HealthyAccount memory) {
        return _requireHealthy(accountIndex, AccountChanges.NO_CHANGE, proof);
    }

    /// @inheritdoc IHealthGate
    function requireHealthyAfter(
        uint256 accountIndex,
        AccountChange calldata change,
        HealthProof calldata proof
    ) external view returns (HealthyAccount memory) {
        return _requireHealthy(accountIndex, AccountChanges.pack(change), proof);
    }

    /// @inheritdoc IHealthGate
    function changeWord(AccountChange calldata change) external pure returns (uint256) {
        return AccountChanges.pack(change);
    }

    /// @inheritdoc IProofGate
    function verifierOf(
        bytes32 statement,
        uint8 profile
    ) public view override(IProofGate, AccountMarginGate) returns (IGroth16Verifier) {
        if (statement == ACCOUNT_MARGIN) return _accountMarginVerifier(profile);
        if (statement == SOLVENCY_RECEIPT) {
            return
                StatementVerifiers.pick(
                    profile,
                    SolvencyReceiptSignals.SMALLEST_PROFILE,
                    _receiptSmall,
                    _receiptSixteen,
                    _receiptSixtyFour
                );
        }
        return IGroth16Verifier(address(0));
    }

    function _requireHealthy(
        uint256 accountIndex,
        uint256 change,
        HealthProof calldata given
    ) internal view returns (HealthyAccount memory proven) {
        proven = _readBound(accountIndex, change, given);
        require(
            proven.equityE6 >= int256(proven.initialMarginE6),
            BelowInitialMargin(proven.equityE6, proven.initialMarginE6)
        );
        _requireMarginValid(given);
    }

    /// @dev What a proof says that is bound to the caller, the account and the change; whether it holds is not asked yet.
    function _readBound(
        uint256 accountIndex,
        uint256 change,
        HealthProof calldata given
    ) internal view returns (HealthyAccount memory) {
        AccountMarginSignals.Signals memory proven = _readMargin(given.publicSignals);
        IMarketFeed.CitedTick memory cited = marketFeed.admissibleTick(
            given.tick,
            IMarketFeed.Purpose.Withdraw
        );
        _requireMarginBound(cited, proven, ACTION, msg.sender);
        require(
            proven.accountIndex == accountIndex,
            WrongAccount(accountIndex, proven.accountIndex)
        );
        require(proven.change == change, WrongChange(change, proven.change));
        return
            HealthyAccount({
                owner: address(uint160(proven.owner)),
                settlementNonce: uint32(proven.settlementNonce),
                tick: given.tick,
                ledgerSequence: cited.ledgerSequence,
                equityE6: ScalarField.toSignedAmount(proven.equityE6),
                initialMarginE6: proven.initialMarginE6,
                maintenanceMarginE6: proven.maintenanceMarginE6
            });
    }
}
