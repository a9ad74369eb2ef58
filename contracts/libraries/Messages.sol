// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Message} from "../interfaces/IInbox.sol";

/// @title What L1 tells the rollup, in two words
/// @notice w0 = kind (8 bits) | accountIndex (24) | settlementNonce (32) | amount (64), from the low end;
/// w1 = an address. Amounts are in 10^-6 of the quote asset, and in 10^-8 of a coin. Every message names (account,
/// nonce); one whose nonce is not the leaf's does nothing.
library Messages {
    /// @dev Engine lane. Freeze: w1 is the keeper, who prepaid. Unfreeze: w1 paid the credit. Takeover: w1 is the
    /// new owner. Restrict: w1 paid for the guarantee. The ledger rule reads w1 of a Takeover only; the others let
    /// L1 pay back from the message alone.
    uint8 internal constant FREEZE = 1;
    uint8 internal constant UNFREEZE = 2;
    uint8 internal constant TAKEOVER = 3;
    uint8 internal constant RESTRICT = 4;
    /// @dev User lane. Deposit: w1 is the depositor. Withdrawal: w1 is who asks, and must be the leaf's owner.
    uint8 internal constant DEPOSIT = 16;
    uint8 internal constant WITHDRAWAL = 17;
    /// @dev The same of a coin: of the first, BTC, these, and two more for each next one.
    uint8 internal constant COIN_DEPOSIT = 18;
    uint8 internal constant COIN_WITHDRAWAL = 19;
    uint256 internal constant COINS = 3;

    uint256 internal constant MAX_ACCOUNT_INDEX = (1 << 24) - 1;
    uint256 internal constant MAX_SETTLEMENT_NONCE = (1 << 32) - 1;
    /// @dev A quote balance is below 2^63 either way, so no greater amount is of use.
    uint256 internal constant MAX_AMOUNT_E6 = (1 << 63) - 1;
    /// @dev A million coins and a half. So what all messages of a lane carry of a coin stays below 2^79.
    uint256 internal constant MAX_COIN_AMOUNT_E8 = (1 << 47) - 1;

    uint256 private constant ACCOUNT_BIT = 8;
    uint256 private constant NONCE_BIT = 32;
    uint256 private constant AMOUNT_BIT = 64;

    /// @dev Callers keep every field within its bounds, as above.
    function pack(
        uint8 kind,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6,
        address named
    ) internal pure returns (Message memory) {
        return
            Message({
                w0: uint256(kind) |
                    (accountIndex << ACCOUNT_BIT) |
                    (settlementNonce << NONCE_BIT) |
                    (amountE6 << AMOUNT_BIT),
                w1: uint160(named)
            });
    }

    function kindOf(Message calldata message) internal pure returns (uint8) {
        return uint8(message.w0);
    }

    function coinDeposit(uint256 coin) internal pure returns (uint8) {
        return uint8(COIN_DEPOSIT + 2 * coin);
    }

    function coinWithdrawal(uint256 coin) internal pure returns (uint8) {
        return uint8(COIN_WITHDRAWAL + 2 * coin);
    }

    /// @return isOne Whether a kind is the deposit of a coin
    /// @return coin Which
    function coinDeposited(uint8 kind) internal pure returns (bool isOne, uint256 coin) {
        if (kind < COIN_DEPOSIT || kind >= COIN_DEPOSIT + 2 * COINS) return (false, 0);
        uint256 beyond = kind - COIN_DEPOSIT;
        return (beyond % 2 == 0, beyond / 2);
    }

    function accountOf(Message calldata message) internal pure returns (uint256) {
        return uint24(message.w0 >> ACCOUNT_BIT);
    }

    function nonceOf(Message calldata message) internal pure returns (uint256) {
        return uint32(message.w0 >> NONCE_BIT);
    }

    function amountOf(Message calldata message) internal pure returns (uint256) {
        return uint64(message.w0 >> AMOUNT_BIT);
    }

    function namedIn(Message calldata message) internal pure returns (address) {
        return address(uint160(message.w1));
    }
}
