// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @title Keeps development-only contracts off real chains
/// @notice Everything that must never guard money (stub verifiers, verifiers of keys whose toxic waste is
/// public, test tokens) calls this in its constructor, so that it cannot exist elsewhere.
library LocalChain {
    uint256 internal constant HARDHAT = 31_337;
    uint256 internal constant GANACHE = 1337;

    error NotLocalChain(uint256 chainId);

    function requireLocal() internal view {
        require(block.chainid == HARDHAT || block.chainid == GANACHE, NotLocalChain(block.chainid));
    }
}
