// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Keeps development-only contracts off real chains
/// @notice Everything that must never guard money (stub verifiers, verifiers of keys whose toxic waste is
/// public, test tokens) calls this in its constructor, so that it cannot exist elsewhere.
/// @dev No chain id is reserved for local use, so the list is as short as the work allows: the id that Hardhat
/// and Anvil start with. 1337 is not on it: it is what geth --dev and Ganache start with, but also what private
/// networks of several parties run under, where such a contract could be taken for a real one.
/// `prover/chain/local-chain.ts` has the same list; a test compares them.
library LocalChain {
    uint256 internal constant HARDHAT = 31_337;

    error NotLocalChain(uint256 chainId);

    function requireLocal() internal view {
        require(block.chainid == HARDHAT, NotLocalChain(block.chainid));
    }
}
