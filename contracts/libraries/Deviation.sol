// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title How far a value is from where it was, and an anchor that follows it slowly
library Deviation {
    uint256 internal constant BPS = 10_000;

    /// @notice Whether `value` differs from `level` by more than `bps` of it.
    function exceeds(uint256 value, uint256 level, uint256 bps) internal pure returns (bool) {
        uint256 distance = value > level ? value - level : level - value;
        return distance * BPS > bps * level;
    }

    /// @notice `anchor` moved towards `value` by at most `bps` of itself per `period`, for `elapsed` seconds.
    /// Rounded towards the anchor, so that no number of small steps carries it further than one.
    function followFloor(
        uint256 anchor,
        uint256 value,
        uint256 bps,
        uint256 elapsed,
        uint256 period
    ) internal pure returns (uint256) {
        uint256 step = (anchor * bps * elapsed) / (BPS * period);
        if (value > anchor) return value - anchor > step ? anchor + step : value;
        return anchor - value > step ? anchor - step : value;
    }
}
