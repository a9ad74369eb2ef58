// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Why a message cannot be sent, or is not the one that was
/// @notice Raised by the inbox and passed on by whatever asks it, so part of several interfaces.
interface IInboxErrors {
    /// @param lane As `IInbox.Lane` numbers it
    error UnknownMessage(uint8 lane, uint64 index);
    error MessageMismatch(uint8 lane, uint64 index);
    /// @notice Within a run, whose last hash alone was kept; `IInbox.keepHashes` keeps others.
    error HashNotKept(uint8 lane, uint64 count);
    error VenueIsDead();
}
