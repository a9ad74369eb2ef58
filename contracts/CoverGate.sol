// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {HealthGate} from "./HealthGate.sol";
import {ICoverGate} from "./interfaces/ICoverGate.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof, HealthyAccount} from "./interfaces/IHealthGate.sol";
import {ISolvencyRegister} from "./interfaces/ISolvencyRegister.sol";
import {AccountChange, AccountChanges} from "./libraries/AccountChanges.sol";

/// @title The gate of contracts that trade for accounts
/// @dev Behaviour and trust assumptions: see `ICoverGate`.
contract CoverGate is ICoverGate, HealthGate {
    /// @inheritdoc ICoverGate
    ISolvencyRegister public immutable solvencyRegister;

    constructor(
        ISolvencyRegister solvencyRegister_,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        IGroth16Verifier[3] memory receiptVerifiers
    ) HealthGate(solvencyRegister_.marketFeed(), accountMarginVerifiers, receiptVerifiers) {
        solvencyRegister = solvencyRegister_;
    }

    /// @inheritdoc ICoverGate
    function requireCoveredChange(
        uint256 accountIndex,
        AccountChange calldata change,
        HealthProof calldata afterwards
    ) external view returns (HealthyAccount memory) {
        if (change.added.lots != 0) solvencyRegister.requireCovered();
        return _requireHealthy(accountIndex, AccountChanges.pack(change), afterwards);
    }

    /// @inheritdoc ICoverGate
    function requireReducingChange(
        uint256 accountIndex,
        AccountChange calldata change,
        HealthProof calldata before,
        HealthProof calldata afterwards
    ) external view returns (HealthyAccount memory healthy) {
        require(before.tick == afterwards.tick, DifferentTicks(before.tick, afterwards.tick));
        HealthyAccount memory first = _readBound(accountIndex, AccountChanges.NO_CHANGE, before);
        healthy = _requireHealthy(accountIndex, AccountChanges.pack(change), afterwards);
        require(
            healthy.initialMarginE6 <= first.initialMarginE6 &&
                healthy.maintenanceMarginE6 <= first.maintenanceMarginE6,
            RaisesMargin(
                first.initialMarginE6,
                healthy.initialMarginE6,
                first.maintenanceMarginE6,
                healthy.maintenanceMarginE6
            )
        );
        _requireMarginValid(before);
    }
}
