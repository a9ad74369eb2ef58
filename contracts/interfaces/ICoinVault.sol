// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {HealthProof} from "./IHealthGate.sol";
import {IInboxVault, Outcome} from "./IInboxVault.sol";

/// @title The venue's custody of coins
/// @notice BTC, ETH and stETH of the ledger, numbered 0, 1 and 2, each with a token and books of its own: deposits,
/// refunds, withdrawals and claims are those of `IVault`, in 10^-8 of a coin. There is no owner.
/// @dev Accounts of each coin: *held* backs the ledger (deposits in flight included), *claimable* is somebody's to
/// collect. Nothing is escrowed: who buys an account has its coins with the leaf.
/// - Of a token that rebases a unit is a share, which does not: what shares gain or lose is their owner's.
/// - A token that keeps a fee brings less than it says and is refused as it comes in; one that reverts, blacklists or
///   calls back holds up itself alone, for what is owed is collected, to whatever address its owner names.
/// - What is sent past the contract is counted for nobody and stays. What is missing of what the books say (a token
///   that shrinks what others hold) lowers `receivedE8`, so no session is closed over it.
/// - What was taken off a nonce that was then taken over is the former owner's, once somebody has paid the fund what
///   it paid for that nonce (`IVault.repayFund`): the fund holds no coins.
/// - Of a dead venue what is held is shared among the accounts registered with `IVault`, whoever brought it: a leaf's
///   coins are a part of the equity that was proven. After the first share of a coin is paid nothing else of it goes out.
/// Trust assumptions: those of `IVault`, and the tokens that the deployment names, of 8 decimals or more.
interface ICoinVault is IInboxVault {
    /// @notice A coin's token; zero: none can be deposited.
    /// @param byShares Move and count shares, of a token that rebases
    /// @param minDepositE8 Least a deposit or a request can be, so that spam costs
    struct Coin {
        address token;
        bool byShares;
        uint64 minDepositE8;
    }

    event CoinDeposited(
        uint256 indexed coin,
        uint256 indexed accountIndex,
        address indexed depositor,
        uint64 messageIndex,
        uint256 amountE8
    );
    event CoinRefunded(
        uint256 indexed coin,
        uint64 indexed messageIndex,
        address indexed depositor,
        uint256 amountE8
    );
    event CoinWithdrawalRequested(
        uint256 indexed coin,
        uint256 indexed accountIndex,
        address indexed requester,
        uint64 messageIndex,
        uint256 amountE8
    );
    event CoinWithdrawalClaimed(
        uint256 indexed coin,
        uint256 indexed accountIndex,
        address indexed owner,
        uint64 messageIndex,
        uint256 amountE8
    );
    event CoinWithdrawalSettled(
        uint256 indexed coin,
        uint256 indexed accountIndex,
        address indexed owner,
        uint64 messageIndex,
        uint256 amountE8
    );
    event CoinExitPaid(
        uint256 indexed coin,
        uint256 indexed accountIndex,
        address owner,
        uint256 shareE8
    );
    event CoinCollected(
        uint256 indexed coin,
        address indexed owner,
        address indexed to,
        uint256 amountE8
    );

    error InvalidCoin(uint256 coin);
    error CoinTwice(address token);
    error WrongCoinDecimals(uint256 coin, uint8 decimals);
    error NoSuchCoin(uint256 coin);
    error NotExactCoin(uint256 coin, uint256 askedUnits, uint256 movedUnits);
    error FundUnrepaid(uint256 accountIndex, uint256 settlementNonce, uint256 amountE6);

    /// @notice Takes `amountE8` from the caller for an account at a nonce; refunded if the rollup cannot credit it.
    function deposit(
        uint256 coin,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE8
    ) external returns (uint64 messageIndex);

    /// @notice Makes what a consumed deposit did not credit claimable by its depositor; on a dead venue also all of
    /// a deposit that was not consumed (its outcome is then ignored).
    function refundDeposit(uint256 coin, Outcome calldata outcome) external;

    /// @notice Asks the rollup to take up to `amountE8` off an account for its owner, who must be the caller: all of
    /// it that is there, if that leaves initial margin, else nothing.
    function requestWithdrawal(
        uint256 coin,
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE8
    ) external returns (uint64 messageIndex);

    /// @notice Makes what the rollup took off claimable by the owner, on a proof that the account as it stands is
    /// at initial margin in a ledger that has taken it off. The context names the requester; anyone may submit.
    function claimWithdrawal(
        uint256 coin,
        Outcome calldata outcome,
        HealthProof calldata proof
    ) external;

    /// @notice Ends a withdrawal that needs no proof: its outcome is 0, or its nonce was taken over or the venue is
    /// dead, and the fund is owed nothing for the nonce.
    function settleWithdrawal(uint256 coin, Outcome calldata outcome) external;

    /// @notice Makes a registered account's share of a coin claimable: of what is held, in proportion to the equity
    /// that was proven to the vault of the quote asset (`IVault.registerExit`), once no more can be registered. Anyone.
    function payExit(uint256 coin, uint256 accountIndex) external;

    /// @notice Pays all of a coin that is claimable by the caller to `to`.
    function collect(uint256 coin, address to) external returns (uint256 amountE8);

    /// @notice The index of the pending withdrawal of a requester plus one; zero if there is none.
    function pendingWithdrawal(
        uint256 coin,
        uint256 accountIndex,
        uint256 settlementNonce,
        address requester
    ) external view returns (uint64);

    /// @notice What an address can collect.
    function claimableE8(uint256 coin, address owner) external view returns (uint256);

    /// @notice What backs the ledger, what is claimable in sum, and what of both is not there.
    function totals(
        uint256 coin
    ) external view returns (uint256 heldE8, uint256 claimableE8, uint256 missingE8);

    /// @notice All that ever came in for the ledger: what is held, and what has left it; less what is missing.
    function receivedE8(uint256 coin) external view returns (uint256);

    /// @notice The terms of a coin.
    function coinTerms(uint256 coin) external view returns (Coin memory);
}
