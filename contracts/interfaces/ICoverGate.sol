// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {AccountChange} from "../libraries/AccountChanges.sol";
import {HealthProof, HealthyAccount, IHealthGate} from "./IHealthGate.sol";
import {ISolvencyRegister} from "./ISolvencyRegister.sol";

/// @title A health gate that lets nobody take on risk while sessions do not show the venue covered
/// @notice For contracts that trade for accounts: beside its health, an account that adds a position needs a venue
/// whose newest sessions say that the fund holds what all accounts together can be short of. What adds no position,
/// and what lowers both margins of the account, needs no cover: nobody is kept in for what others have not proven.
/// @dev All that `IHealthGate` says of proofs, of what a consumer must exclude and of trust holds here. A proof names
/// this gate and the calling contract.
///
/// Who can shut it. `ISolvencyRegister.standing` is Short once the best session of the newest tick has said less than
/// the least coverage for `confirmSeconds`, and Unproven once none is younger than `maxAge`. So whoever proves may
/// shut it by overstating shortfalls, until anybody shows a better session of that tick or a later one; and
/// everybody together may by proving nothing, until anybody does. Neither takes anything from anybody.
///
/// What it is not. A withdrawal of what is free passes also where it makes shortfalls larger: who leaves is not held
/// for those who stay. And what it lets through at one tick is not summed: that is for the rollup's admission.
interface ICoverGate is IHealthGate {
    error DifferentTicks(uint64 before, uint64 afterwards);
    error RaisesMargin(
        uint256 initialBeforeE6,
        uint256 initialAfterE6,
        uint256 maintenanceBeforeE6,
        uint256 maintenanceAfterE6
    );

    /// @notice As `requireHealthyAfter`; and of a change that adds a position the venue must stand covered.
    function requireCoveredChange(
        uint256 accountIndex,
        AccountChange calldata change,
        HealthProof calldata afterwards
    ) external view returns (HealthyAccount memory);

    /// @notice As `requireHealthyAfter`, whatever the venue's cover: by a second proof, of the account as it stands at
    /// the same tick, neither margin is larger after the change.
    /// @param before May show an account below its initial margin
    function requireReducingChange(
        uint256 accountIndex,
        AccountChange calldata change,
        HealthProof calldata before,
        HealthProof calldata afterwards
    ) external view returns (HealthyAccount memory);

    /// @notice Whose standing is asked.
    function solvencyRegister() external view returns (ISolvencyRegister);
}
