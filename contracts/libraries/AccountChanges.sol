// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice A position in its one canonical spelling; see `AccountChanges`.
/// @param underlying 0 BTC, 1 ETH
/// @param kind 1 perpetual, 3 future, 5 call, 7 put; 0 for no position, with every other field zero
/// @param expiry Unix seconds; zero for a perpetual, and for nothing else
/// @param strikeE4 10^-4 USD, below 2^40; zero unless an option
/// @param lots 10^-2 contracts, -2^26 ... 2^26 - 1, not zero
struct AddedPosition {
    uint8 underlying;
    uint8 kind;
    uint32 expiry;
    uint40 strikeE4;
    int32 lots;
}

/// @notice What an account would change by: `amount` taken off one balance, or credited to the quote balance,
/// and `added.lots` added to what it holds of that instrument. Positions count at their full mark, so a trade is
/// only told whole with its price: paid by a buyer, credited to a seller.
/// @param asset 0 quote (10^-6 USD), 1 BTC, 2 ETH, 3 stETH (10^-8 coins); 0 where `amount` is 0
/// @param amount Below 2^63
/// @param credited Whether `amount` is credited; to the quote balance alone
struct AccountChange {
    uint8 asset;
    uint64 amount;
    bool credited;
    AddedPosition added;
}

/// @title The change an `account-margin` proof states, as one word
/// @notice Layout and rules of docs/spec.md, sections 2.1 and 6: slot (106 bits) | amount (63) | asset (2) |
/// credited (1). A change has one spelling, so two words that differ are two different changes.
library AccountChanges {
    /// @notice The account as it stands: the empty slot, lots zero in their biased encoding.
    uint256 internal constant NO_CHANGE = 1 << 105;

    uint256 private constant EXPIRY_BIT = 40;
    uint256 private constant KIND_BIT = 72;
    uint256 private constant UNDERLYING_BIT = 75;
    uint256 private constant LOTS_BIT = 79;
    uint256 private constant AMOUNT_BIT = 106;
    uint256 private constant ASSET_BIT = 169;
    uint256 private constant CREDITED_BIT = 171;

    int32 private constant LOTS_BOUND = 1 << 26;
    uint256 private constant AMOUNT_BOUND = 1 << 63;
    uint256 private constant ASSETS = 4;
    uint256 private constant UNDERLYINGS = 2;

    uint8 private constant NONE = 0;
    uint8 private constant PERPETUAL = 1;
    uint8 private constant FUTURE = 3;
    uint8 private constant CALL = 5;
    uint8 private constant PUT = 7;

    error UnknownAsset(uint8 asset);
    error ChangedAmountOutOfRange(uint64 amount);
    error AssetWithoutAmount(uint8 asset);
    error CreditNotCanonical(uint8 asset, uint64 amount);
    error UnknownKind(uint8 kind);
    error UnknownUnderlying(uint8 underlying);
    error ExpiryNotCanonical(uint8 kind, uint32 expiry);
    error StrikeNotCanonical(uint8 kind, uint40 strikeE4);
    error LotsOutOfRange(int32 lots);

    /// @notice The word of `change`; reverts unless it is in its canonical spelling.
    function pack(AccountChange memory change) internal pure returns (uint256) {
        (uint8 asset, uint64 amount) = (change.asset, change.amount);
        require(asset < ASSETS, UnknownAsset(asset));
        require(amount < AMOUNT_BOUND, ChangedAmountOutOfRange(amount));
        require(amount != 0 || asset == 0, AssetWithoutAmount(asset));
        require(!change.credited || (amount != 0 && asset == 0), CreditNotCanonical(asset, amount));
        return
            _packSlot(change.added) |
            (uint256(amount) << AMOUNT_BIT) |
            (uint256(asset) << ASSET_BIT) |
            (change.credited ? 1 << CREDITED_BIT : 0);
    }

    /// @notice Whether a word states nothing but a credit to the quote balance (of zero: no change at all), and how
    /// much it is in 10^-6 USD.
    function quoteCreditIn(uint256 change) internal pure returns (bool isCredit, uint256 creditE6) {
        if (change == NO_CHANGE) return (true, 0);
        creditE6 = (change >> AMOUNT_BIT) & (AMOUNT_BOUND - 1);
        isCredit =
            creditE6 != 0 &&
            change == NO_CHANGE | (creditE6 << AMOUNT_BIT) | (1 << CREDITED_BIT);
    }

    function _packSlot(AddedPosition memory added) private pure returns (uint256) {
        uint8 kind = added.kind;
        bool isOption = kind == CALL || kind == PUT;
        bool isDated = isOption || kind == FUTURE;
        require(isDated || kind == PERPETUAL || kind == NONE, UnknownKind(kind));
        require(
            added.underlying < (kind == NONE ? 1 : UNDERLYINGS),
            UnknownUnderlying(added.underlying)
        );
        require((added.expiry != 0) == isDated, ExpiryNotCanonical(kind, added.expiry));
        require((added.strikeE4 != 0) == isOption, StrikeNotCanonical(kind, added.strikeE4));
        require(
            added.lots >= -LOTS_BOUND &&
                added.lots < LOTS_BOUND &&
                (added.lots != 0) == (kind != NONE),
            LotsOutOfRange(added.lots)
        );
        return
            uint256(added.strikeE4) |
            (uint256(added.expiry) << EXPIRY_BIT) |
            (uint256(kind) << KIND_BIT) |
            (uint256(added.underlying) << UNDERLYING_BIT) |
            (uint256(uint32(added.lots + LOTS_BOUND)) << LOTS_BIT);
    }
}
