// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Proof} from "./IGroth16Verifier.sol";
import {IMarketFeed} from "./IMarketFeed.sol";

/// @title The venue's proven solvency, epoch by epoch
/// @notice Not implemented yet; fixed here. An epoch pins one margin tick until its deadline. `solvency-batch`
/// proofs carry running totals over aligned subtrees of accounts, a `solvency-close` proof opens them.
/// @dev Trust assumptions: those of the proofs (keys, feed quorum, parameter timelock, transition proof).
/// What a closed epoch says: at the pinned tick every account up to the count was margined, every instrument
/// nets to zero, liabilities and stress shortfalls are as recorded. What it does not say: that custody holds
/// the money (compare `liabilitiesE6` with the custody vault) or anything about a later tick.
interface ISolvencyRegister {
    enum EpochStatus {
        None,
        Running,
        Closed,
        Lapsed
    }

    /// @param tick The pinned margin tick
    /// @param deadline Time after which the epoch lapses unless closed
    /// @param accountCount Accounts to be covered
    /// @param accountsCovered Accounts whose batch was accepted so far
    /// @param runningCommitment Commitment to the totals after the last accepted batch
    /// @param liabilitiesE6 Signed sum of quote balances at the pinned tick, once closed
    /// @param deficitE6 Sum of max(0, -equity at mark), once closed
    /// @param worstShortfallE6 Largest uncovered shortfall over the covered joint scenarios, once closed
    struct Epoch {
        uint64 tick;
        uint64 deadline;
        uint32 accountCount;
        uint32 accountsCovered;
        EpochStatus status;
        uint256 runningCommitment;
        int256 liabilitiesE6;
        uint256 deficitE6;
        uint256 worstShortfallE6;
    }

    event EpochOpened(uint64 indexed epoch, uint64 indexed tick, uint64 deadline);
    event BatchAccepted(
        uint64 indexed epoch,
        uint32 firstAccount,
        uint32 accounts,
        uint256 runningCommitment
    );
    event EpochClosed(
        uint64 indexed epoch,
        int256 liabilitiesE6,
        uint256 deficitE6,
        uint256 worstShortfallE6,
        uint256 coverageBps
    );
    event CoverageBreakerTripped(uint64 indexed epoch, uint256 coverageBps);

    error EpochStillRunning(uint64 epoch);
    error EpochNotRunning(uint64 epoch);
    error EpochLapsed(uint64 epoch, uint64 deadline);
    error WrongPinnedTick(uint64 pinned, uint256 proven);
    error WrongRunningCommitment(uint256 expected, uint256 proven);
    error AccountsNotCovered(uint32 covered, uint32 accountCount);

    /// @notice Pins the current tick in a new epoch, if none is running.
    function openEpoch() external returns (uint64 epoch);

    /// @notice Accepts the next aligned subtree of accounts.
    function submitBatch(
        uint64 epoch,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external;

    /// @notice Opens the totals once every account is covered and records the coverage ratio.
    function closeEpoch(
        uint64 epoch,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external;

    /// @notice An epoch's record; all zero for one that was never opened.
    function epochAt(uint64 epoch) external view returns (Epoch memory);

    /// @notice The number of the latest epoch; zero before the first.
    function latestEpoch() external view returns (uint64);

    /// @notice Insurance fund over worst shortfall at the latest closed epoch, in 10^-4.
    function coverageBps() external view returns (uint256);

    /// @notice The feed whose ticks are pinned.
    function marketFeed() external view returns (IMarketFeed);
}
