// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {InboxVault} from "./base/InboxVault.sol";
import {ICoinVault} from "./interfaces/ICoinVault.sol";
import {IGroth16Verifier} from "./interfaces/IGroth16Verifier.sol";
import {HealthProof} from "./interfaces/IHealthGate.sol";
import {Message} from "./interfaces/IInbox.sol";
import {Outcome} from "./interfaces/IInboxVault.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IShares} from "./interfaces/IShares.sol";
import {IVault} from "./interfaces/IVault.sol";
import {Messages} from "./libraries/Messages.sol";

/// @title The venue's custody of coins
/// @dev Behaviour and trust assumptions: see `ICoinVault`.
contract CoinVault is ICoinVault, InboxVault {
    using SafeERC20 for IERC20;
    using Messages for Message;

    uint8 private constant COIN_DECIMALS = 8;
    uint8 private constant MOST_DECIMALS = 36;

    /// @dev One slot. `excessDecimals`: those of the token beyond the ledger's.
    struct Terms {
        address token;
        bool byShares;
        uint8 excessDecimals;
        uint64 minDepositE8;
    }

    /// @dev What leaves what is held becomes claimable. All that ever came in is below 2^79 in deposits.
    struct Book {
        uint80 heldE8;
        uint80 handedOutE8;
        uint80 claimableE8;
    }

    Terms[3] private _terms;
    Book[3] private _books;
    /// @dev What exits share of a coin: what was held when the first of them was paid; zero before.
    uint256[3] private _sharedE8;
    mapping(uint256 coin => mapping(uint256 account => bool)) private _isPaid;

    /// @inheritdoc ICoinVault
    mapping(uint256 coin => mapping(address owner => uint256)) public claimableE8;

    constructor(
        Coin[3] memory coins,
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory accountMarginVerifiers
    ) InboxVault(marketFeed_, accountMarginVerifiers) {
        for (uint256 i = 0; i < Messages.COINS; ++i) {
            Coin memory coin = coins[i];
            if (coin.token == address(0)) continue;
            // What one address holds of one token would back two coins.
            for (uint256 j = 0; j < i; ++j) {
                require(coins[j].token != coin.token, CoinTwice(coin.token));
            }
            require(
                coin.minDepositE8 != 0 && coin.minDepositE8 <= Messages.MAX_COIN_AMOUNT_E8,
                InvalidCoin(i)
            );
            uint8 decimals = IERC20Metadata(coin.token).decimals();
            require(
                decimals >= COIN_DECIMALS && decimals <= MOST_DECIMALS,
                WrongCoinDecimals(i, decimals)
            );
            _terms[i] = Terms({
                token: coin.token,
                byShares: coin.byShares,
                excessDecimals: decimals - COIN_DECIMALS,
                minDepositE8: coin.minDepositE8
            });
        }
    }

    /// @inheritdoc ICoinVault
    function deposit(
        uint256 coin,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE8
    ) external nonReentrant returns (uint64 messageIndex) {
        Terms memory terms = _termsOf(coin);
        messageIndex = _append(
            Messages.coinDeposit(coin),
            accountIndex,
            settlementNonce,
            amountE8,
            terms.minDepositE8,
            Messages.MAX_COIN_AMOUNT_E8
        );

        _books[coin].heldE8 += uint80(amountE8);
        emit CoinDeposited(coin, accountIndex, msg.sender, messageIndex, amountE8);
        uint256 units = amountE8 * _scale(terms);
        uint256 before = _unitsOf(terms);
        if (terms.byShares) {
            // What it returns is what the shares are worth; what has arrived is looked at.
            // slither-disable-next-line unused-return
            IShares(terms.token).transferSharesFrom(msg.sender, address(this), units);
        } else {
            IERC20(terms.token).safeTransferFrom(msg.sender, address(this), units);
        }
        uint256 arrived = _unitsOf(terms) - before;
        require(arrived == units, NotExactCoin(coin, units, arrived));
    }

    /// @inheritdoc ICoinVault
    function refundDeposit(uint256 coin, Outcome calldata outcome) external {
        _termsOf(coin);
        uint256 amountE8 = _refund(outcome, Messages.coinDeposit(coin));
        address depositor = outcome.message.namedIn();
        emit CoinRefunded(coin, outcome.index, depositor, amountE8);
        _releaseBeforeExits(coin, depositor, amountE8);
    }

    /// @inheritdoc ICoinVault
    function requestWithdrawal(
        uint256 coin,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE8
    ) external returns (uint64 messageIndex) {
        messageIndex = _request(
            Messages.coinWithdrawal(coin),
            accountIndex,
            settlementNonce,
            amountE8,
            _termsOf(coin).minDepositE8,
            Messages.MAX_COIN_AMOUNT_E8
        );
        emit CoinWithdrawalRequested(coin, accountIndex, msg.sender, messageIndex, amountE8);
    }

    /// @inheritdoc ICoinVault
    function claimWithdrawal(
        uint256 coin,
        Outcome calldata outcome,
        HealthProof calldata proof
    ) external nonReentrant {
        _termsOf(coin);
        (uint256 accountIndex, address requester) = _claim(
            outcome,
            proof,
            Messages.coinWithdrawal(coin)
        );
        emit CoinWithdrawalClaimed(coin, accountIndex, requester, outcome.index, outcome.amountE6);
        _releaseBeforeExits(coin, requester, outcome.amountE6);
    }

    /// @inheritdoc ICoinVault
    function settleWithdrawal(uint256 coin, Outcome calldata outcome) external {
        _termsOf(coin);
        uint8 kind = Messages.coinWithdrawal(coin);
        (uint256 accountIndex, uint256 nonce, address requester) = _requirePending(outcome, kind);
        uint256 amountE8 = outcome.amountE6;
        if (amountE8 != 0) {
            _requireClosed(_liquidation(accountIndex, nonce), accountIndex, nonce);
            uint256 unrepaidE6 = IVault(ledgerRegistry.vault()).unrepaidE6(accountIndex, nonce);
            require(unrepaidE6 == 0, FundUnrepaid(accountIndex, nonce, unrepaidE6));
        }

        _endPending(kind, accountIndex, nonce, requester);
        emit CoinWithdrawalSettled(coin, accountIndex, requester, outcome.index, amountE8);
        if (amountE8 != 0) _releaseBeforeExits(coin, requester, amountE8);
    }

    /// @inheritdoc ICoinVault
    function payExit(uint256 coin, uint256 accountIndex) external nonReentrant {
        _termsOf(coin);
        (address owner, uint256 equityE6, uint256 registeredE6) = IVault(ledgerRegistry.vault())
            .exitClaim(accountIndex);
        require(!_isPaid[coin][accountIndex], NotRegistered(accountIndex));

        // Fixed by the first, so that all are paid the same share of what they had.
        if (_sharedE8[coin] == 0) {
            Book memory book = _books[coin];
            uint256 thereE8 = Math.saturatingSub(book.heldE8, _missingE8(coin, book));
            require(thereE8 != 0, HoldsTooLittle(0, equityE6));
            _sharedE8[coin] = thereE8;
        }
        uint256 shareE8 = Math.mulDiv(equityE6, _sharedE8[coin], registeredE6);
        _isPaid[coin][accountIndex] = true;
        emit CoinExitPaid(coin, accountIndex, owner, shareE8);
        _releaseHeld(coin, owner, shareE8);
    }

    /// @inheritdoc ICoinVault
    function collect(uint256 coin, address to) external nonReentrant returns (uint256 amountE8) {
        Terms memory terms = _termsOf(coin);
        amountE8 = claimableE8[coin][msg.sender];
        require(amountE8 != 0, NothingToCollect(msg.sender));

        claimableE8[coin][msg.sender] = 0;
        _books[coin].claimableE8 -= uint80(amountE8);
        emit CoinCollected(coin, msg.sender, to, amountE8);
        uint256 units = amountE8 * _scale(terms);
        if (terms.byShares) {
            // slither-disable-next-line unused-return
            IShares(terms.token).transferShares(to, units);
        } else {
            IERC20(terms.token).safeTransfer(to, units);
        }
    }

    /// @inheritdoc ICoinVault
    function pendingWithdrawal(
        uint256 coin,
        uint256 accountIndex,
        uint256 settlementNonce,
        address requester
    ) external view returns (uint64) {
        _termsOf(coin);
        return _pendingOf(Messages.coinWithdrawal(coin), accountIndex, settlementNonce, requester);
    }

    /// @inheritdoc ICoinVault
    /// @dev Not within a transfer: a claim that is being paid is off the books while its tokens are still here, and
    /// would hide what is missing.
    function receivedE8(uint256 coin) external view nonReentrantView returns (uint256) {
        Book memory book = _books[coin];
        // What is missing is of what is held or claimable, and that has been held.
        return uint256(book.heldE8) + book.handedOutE8 - _missingE8(coin, book);
    }

    /// @inheritdoc ICoinVault
    function totals(uint256 coin) external view returns (uint256, uint256, uint256) {
        Book memory book = _books[coin];
        return (book.heldE8, book.claimableE8, _missingE8(coin, book));
    }

    /// @inheritdoc ICoinVault
    function coinTerms(uint256 coin) external view returns (Coin memory) {
        Terms memory terms = _terms[coin];
        return
            Coin({token: terms.token, byShares: terms.byShares, minDepositE8: terms.minDepositE8});
    }

    /// @dev What exits share is fixed when the first is paid: whatever goes out before them has gone out by then.
    function _releaseBeforeExits(uint256 coin, address to, uint256 amountE8) private {
        require(_sharedE8[coin] == 0, SharesAreFixed());
        _releaseHeld(coin, to, amountE8);
    }

    function _releaseHeld(uint256 coin, address to, uint256 amountE8) private {
        Book memory book = _books[coin];
        require(amountE8 <= book.heldE8, HoldsTooLittle(book.heldE8, amountE8));
        book.heldE8 -= uint80(amountE8);
        book.handedOutE8 += uint80(amountE8);
        book.claimableE8 += uint80(amountE8);
        _books[coin] = book;
        claimableE8[coin][to] += amountE8;
    }

    /// @dev A token that does not answer has nothing: what else the venue holds is none of its business.
    function _missingE8(uint256 coin, Book memory book) private view returns (uint256) {
        Terms memory terms = _terms[coin];
        uint256 accountedE8 = uint256(book.heldE8) + book.claimableE8;
        if (accountedE8 == 0) return 0;
        (bool answers, bytes memory answer) = terms.token.staticcall(
            terms.byShares
                ? abi.encodeCall(IShares.sharesOf, (address(this)))
                : abi.encodeCall(IERC20.balanceOf, (address(this)))
        );
        uint256 units = answers && answer.length == 32 ? abi.decode(answer, (uint256)) : 0;
        return Math.saturatingSub(accountedE8, units / _scale(terms));
    }

    function _termsOf(uint256 coin) private view returns (Terms memory terms) {
        require(coin < Messages.COINS, NoSuchCoin(coin));
        terms = _terms[coin];
        require(terms.token != address(0), NoSuchCoin(coin));
    }

    function _unitsOf(Terms memory terms) private view returns (uint256) {
        return
            terms.byShares
                ? IShares(terms.token).sharesOf(address(this))
                : IERC20(terms.token).balanceOf(address(this));
    }

    function _scale(Terms memory terms) private pure returns (uint256) {
        return 10 ** terms.excessDecimals;
    }
}
