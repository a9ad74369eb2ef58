// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";

/// @title What came of the user messages a ledger consumed
/// @notice A Merkle tree over (index, amount applied) in the order of the lane. A leaf is hashed twice, so that it
/// cannot pass for a node; nodes hash their children in ascending order, and one without a sibling is carried up.
library Outcomes {
    function leaf(uint64 index, uint64 amountE6) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, amountE6))));
    }

    function isIn(
        bytes32 root,
        uint64 index,
        uint64 amountE6,
        bytes32[] calldata path
    ) internal pure returns (bool) {
        return MerkleProof.verifyCalldata(path, root, leaf(index, amountE6));
    }
}
