// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title What an instrumented contract tells of its execution
/// @dev The chain of the tests notes what is sent to this address, also where the transaction is reverted
/// afterwards. `pure`, so that it can stand in every function: it reads and changes nothing.
library Probes {
    function hit(uint256 id) internal pure {
        _asPure(_tell)(id);
    }

    /// @dev Tells which of the two a condition was, and returns it.
    function both(uint256 id, bool outcome) internal pure returns (bool) {
        hit(outcome ? id : id + 1);
        return outcome;
    }

    function _tell(uint256 id) private view {
        assembly ("memory-safe") {
            mstore(0, id)
            pop(staticcall(gas(), 0xc0bEc0BEc0BeC0bEC0beC0bEC0bEC0beC0beC0BE, 0, 32, 0, 0))
        }
    }

    function _asPure(
        function(uint256) internal view told
    ) private pure returns (function(uint256) internal pure same) {
        assembly ("memory-safe") {
            same := told
        }
    }
}
