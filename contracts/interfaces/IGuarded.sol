// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGoverned} from "./IGoverned.sol";

/// @title A guardian beside the owner
/// @notice The guardian acts at once and only in the direction of caution; the owner acts slowly. They are
/// never the same address.
/// @dev Trust assumptions: a hostile guardian costs delay, bounded by what each of its functions says. A new
/// one takes the long delay, so that the owner cannot replace the guardian who would stop it.
interface IGuarded is IGoverned {
    event GuardianProposed(address indexed guardian, uint64 activatableAt);
    event GuardianChanged(address indexed guardian);

    error NotTheGuardian(address guardian, address caller);
    error GuardianIsZero();
    error GuardianIsOwner();

    /// @notice Starts the timelock of another guardian, replacing any that is proposed. Owner only.
    /// @custom:delay quorumDelay
    function proposeGuardian(address next) external;

    /// @notice Installs the guardian that was proposed, once its timelock has elapsed. Anyone.
    function activateGuardian() external;

    /// @notice Who may halt the market and suspend a signer.
    function guardian() external view returns (address);

    /// @notice The guardian that is proposed, and from when it can be installed; zeros when there is none.
    function pendingGuardian() external view returns (address next, uint64 activatableAt);
}
