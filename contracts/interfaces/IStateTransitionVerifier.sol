// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice A ledger as a transition proof is bound to it.
/// @param root Poseidon root of the account tree with the account count bound in; zero before the first
/// @param engineCount How many messages of the engine lane the ledger has consumed
/// @param engineHash The lane's hash at that count, from the inbox
/// @param bookedThrough Every position whose expiry is at or before this time has been settled into quote
/// @param releasedE6 What user messages consumed since the first ledger have left without an account that it is owed
/// to: withdrawals by what they took off, deposits by what they did not credit
/// @param releasedE8 The same of BTC, ETH and stETH
struct LedgerState {
    uint256 root;
    uint32 accountCount;
    uint64 engineCount;
    uint64 userCount;
    bytes32 engineHash;
    bytes32 userHash;
    uint64 bookedThrough;
    uint96 releasedE6;
    uint80[3] releasedE8;
}

/// @notice The public inputs of a transition. What the next ledger is said to be (`NextLedger`) aside, they are put in
/// by the registry itself, so that no proof is about another chain, another venue or messages nobody sent.
/// @param venue The registry, which is the inbox
/// @param maxPositions The most positions an account of this venue may hold
/// @param outcomesRoot Merkle root over (index, amount applied) of the user messages consumed; zero if none
/// @param dataHash Of the published data from which anybody can rebuild the next ledger
struct Transition {
    uint256 chainId;
    address venue;
    uint8 maxPositions;
    LedgerState previous;
    LedgerState next;
    bytes32 outcomesRoot;
    bytes32 dataHash;
}

/// @title The rollup's own validity proof, seen from Plimsoll
/// @notice Decides whether one ledger may follow another. Plimsoll proves what a ledger *says* about margin and
/// solvency; that the ledger *came about* rightly (trades signed, messages applied as docs/integration.md
/// demands, no account above `maxPositions`) is proven by the rollup and checked here.
/// @dev Trust assumption: everything downstream trusts this contract completely. If it accepts a ledger in
/// which an account was tampered with, that account can be liquidated by an honest proof.
interface IStateTransitionVerifier {
    /// @notice Whether `transition` is right.
    /// @param proof The rollup's proof, in the rollup's own encoding
    function verifyTransition(
        Transition calldata transition,
        bytes calldata proof
    ) external view returns (bool);
}
