// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";

/// @title The verifiers of one statement, by profile
/// @notice A profile is numbered by the positions it holds: the smallest of the statement, 16, 64. The zero
/// address stands for a profile that is not deployed. Callers keep the three as immutables: a call through a
/// registry would cost more.
library StatementVerifiers {
    uint8 internal constant SIXTEEN = 16;
    uint8 internal constant SIXTY_FOUR = 64;

    error WrongStatement(address verifier, bytes32 expected, bytes32 actual);
    error WrongProfile(address verifier, uint256 expected, uint256 actual);
    error SizeNotCovered(bytes32 statement, uint8 maxPositions);

    /// @dev Statements may have equally many public signals, so their names are compared. This is against
    /// mistakes: whoever deploys a false verifier can give it any name, and auditors compare key hashes.
    /// @param smallest The profile that is to stand first
    function requireOf(
        bytes32 statement,
        uint8 smallest,
        IGroth16Verifier[3] memory verifiers
    ) internal view {
        uint8[3] memory profiles = [smallest, SIXTEEN, SIXTY_FOUR];
        for (uint256 i = 0; i < verifiers.length; ++i) {
            if (address(verifiers[i]) == address(0)) continue;
            bytes32 actual = verifiers[i].statement();
            require(actual == statement, WrongStatement(address(verifiers[i]), statement, actual));
            uint256 held = verifiers[i].positions();
            require(held == profiles[i], WrongProfile(address(verifiers[i]), profiles[i], held));
        }
    }

    /// @dev An account larger than the largest verifier would be immune, or locked in.
    /// @param maxPositions The largest account the ledger can commit to
    function requireCovers(
        bytes32 statement,
        uint8 smallest,
        IGroth16Verifier[3] memory verifiers,
        uint8 maxPositions
    ) internal pure {
        uint8[3] memory profiles = [smallest, SIXTEEN, SIXTY_FOUR];
        bool covered = false;
        for (uint256 i = 0; i < verifiers.length; ++i) {
            covered =
                covered || (address(verifiers[i]) != address(0) && profiles[i] >= maxPositions);
        }
        require(covered, SizeNotCovered(statement, maxPositions));
    }

    function pick(
        uint8 profile,
        uint8 smallest,
        IGroth16Verifier small,
        IGroth16Verifier sixteen,
        IGroth16Verifier sixtyFour
    ) internal pure returns (IGroth16Verifier) {
        if (profile == smallest) return small;
        if (profile == SIXTEEN) return sixteen;
        if (profile == SIXTY_FOUR) return sixtyFour;
        return IGroth16Verifier(address(0));
    }
}
