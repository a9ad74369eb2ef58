// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Why a margin tick cannot be cited
/// @notice Raised by the market feed and passed on by whatever cites a tick, so part of both interfaces.
interface ITickErrors {
    error MarketHalted();
    error MarketUncertain(uint8 breaches);
    error DowntimeGrace(uint64 until);
    error UnknownTick(uint64 number);
    error StaleTick(uint64 number, uint64 latestTick);
    error PriceMoved(uint64 number, uint64 latestTick);
    error TickTooOld(uint64 number, uint64 age, uint64 maxSnapshotAge);
}
