// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title The scalar field of BN254 and the amounts encoded in it
/// @notice A public signal x and x + r satisfy the same verifying equation, so a signal that is not reduced
/// would be a second name for the same fact: every signal is refused unless it is below r.
library ScalarField {
    uint256 internal constant MODULUS =
        21_888_242_871_839_275_222_246_405_745_257_275_088_548_364_400_416_034_343_698_204_186_575_808_495_617;

    /// @dev Amounts x carry |x| < 2^127: far above any amount a circuit can form, far below r / 2, so that
    /// the two halves of the field cannot meet.
    uint256 internal constant AMOUNT_BOUND = 1 << 127;

    error SignalNotInField(uint256 signal);
    error AmountOutOfRange(uint256 signal);

    function requireInField(uint256 signal) internal pure {
        require(signal < MODULUS, SignalNotInField(signal));
    }

    function requireAllInField(uint256[] calldata signals) internal pure {
        for (uint256 i = 0; i < signals.length; ++i) {
            requireInField(signals[i]);
        }
    }

    /// @notice The signed amount a signal stands for: x itself, or -(r - x) for the upper half.
    function toSignedAmount(uint256 signal) internal pure returns (int256) {
        if (signal < AMOUNT_BOUND) return int256(signal);
        requireInField(signal);
        uint256 magnitude = MODULUS - signal;
        require(magnitude < AMOUNT_BOUND, AmountOutOfRange(signal));
        return -int256(magnitude);
    }

    /// @notice The amount a signal stands for, where a negative one has no meaning.
    function toUnsignedAmount(uint256 signal) internal pure returns (uint256) {
        require(signal < AMOUNT_BOUND, AmountOutOfRange(signal));
        return signal;
    }
}
