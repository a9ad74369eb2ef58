// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title The verifiers of one statement, by profile
/// @notice Profile ids: 0 small, 1 for 16 positions, 2 for 64. The zero address stands for a profile that is
/// not deployed. Callers keep the three as immutables: a call through a registry would cost more.
library StatementVerifiers {
    error WrongStatement(address verifier, bytes32 expected, bytes32 actual);

    /// @dev Statements may have equally many public signals, so their names are compared. This is against
    /// mistakes: whoever deploys a false verifier can give it any name, and auditors compare key hashes.
    function requireOf(bytes32 statement, IGroth16Verifier[3] memory verifiers) internal view {
        for (uint256 i = 0; i < verifiers.length; ++i) {
            if (address(verifiers[i]) == address(0)) continue;
            bytes32 actual = verifiers[i].statement();
            require(actual == statement, WrongStatement(address(verifiers[i]), statement, actual));
        }
    }

    function pick(
        uint8 profile,
        IGroth16Verifier small,
        IGroth16Verifier sixteen,
        IGroth16Verifier sixtyFour
    ) internal pure returns (IGroth16Verifier) {
        if (profile == 0) return small;
        if (profile == 1) return sixteen;
        if (profile == 2) return sixtyFour;
        return IGroth16Verifier(address(0));
    }
}
