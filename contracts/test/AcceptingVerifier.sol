// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "../interfaces/IGroth16Verifier.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: takes every proof of a statement
/// @notice For invariants of the money alone, where a model says which statements are true and a hundred thousand of
/// them are made. No test of a gated path uses it.
contract AcceptingVerifier is IGroth16Verifier {
    /// @inheritdoc IGroth16Verifier
    bytes32 public immutable statement;
    /// @inheritdoc IGroth16Verifier
    uint256 public immutable publicSignalCount;
    /// @inheritdoc IGroth16Verifier
    uint256 public immutable positions;
    /// @inheritdoc IGroth16Verifier
    bytes32 public immutable keyHash;
    /// @inheritdoc IGroth16Verifier
    bytes32 public immutable r1csHash;

    constructor(bytes32 statement_, uint256 publicSignalCount_, uint256 positions_) {
        LocalChain.requireLocal();
        statement = statement_;
        publicSignalCount = publicSignalCount_;
        positions = positions_;
    }

    /// @inheritdoc IGroth16Verifier
    function verify(Proof calldata, uint256[] calldata publicSignals) external view returns (bool) {
        return publicSignals.length == publicSignalCount;
    }

    /// @inheritdoc IGroth16Verifier
    function verifyMany(
        Proof[] calldata proofs,
        uint256[] calldata publicSignals
    ) external view returns (bool) {
        return publicSignals.length == proofs.length * publicSignalCount;
    }
}
