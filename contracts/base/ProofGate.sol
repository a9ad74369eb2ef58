// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "../interfaces/IGroth16Verifier.sol";
import {IMarketFeed} from "../interfaces/IMarketFeed.sol";
import {IProofGate} from "../interfaces/IProofGate.sol";
import {ScalarField} from "../libraries/ScalarField.sol";

/// @title Checks of every proof-gated action
/// @dev Behaviour and trust assumptions: see `IProofGate`.
abstract contract ProofGate is IProofGate {
    /// @dev The bindings every account statement shares, as its proof states them.
    struct Bindings {
        uint256 ledgerRoot;
        uint256 snapshotHash;
        uint256 parameterHash;
        uint256 accountIndex;
        uint256 context;
    }

    /// @inheritdoc IProofGate
    IMarketFeed public immutable marketFeed;

    constructor(IMarketFeed marketFeed_) {
        marketFeed = marketFeed_;
    }

    /// @inheritdoc IProofGate
    function proofContext(bytes32 action, address beneficiary) public view returns (uint256) {
        return
            uint256(keccak256(abi.encode(block.chainid, address(this), action, beneficiary))) %
            ScalarField.MODULUS;
    }

    /// @inheritdoc IProofGate
    function verifierOf(
        bytes32 statement,
        uint8 profile
    ) public view virtual returns (IGroth16Verifier);

    /// @param cited What the feed says of the tick that the proof cites
    function _requireBound(
        IMarketFeed.CitedTick memory cited,
        Bindings memory proven,
        bytes32 action,
        address beneficiary
    ) internal view {
        require(beneficiary != address(0), BeneficiaryIsZero());
        if (_bindingOf(proven) != cited.binding) _requireSame(cited.number, proven);
        require(
            proven.accountIndex < cited.accountCount,
            AccountNotInLedger(proven.accountIndex, cited.accountCount)
        );
        uint256 expected = proofContext(action, beneficiary);
        require(proven.context == expected, WrongContext(expected, proven.context));
    }

    /// @dev The three commitments as the feed hashes them: equal only if each of them is.
    function _bindingOf(Bindings memory proven) internal pure returns (bytes32) {
        return keccak256(abi.encode(proven.ledgerRoot, proven.snapshotHash, proven.parameterHash));
    }

    /// @dev Says which of the commitments is another; reads them only where there is something to refuse.
    function _requireSame(uint64 number, Bindings memory proven) private view {
        IMarketFeed.Tick memory tick = marketFeed.tickAt(number);
        require(
            proven.ledgerRoot == tick.ledgerRoot,
            WrongLedgerRoot(tick.ledgerRoot, proven.ledgerRoot)
        );
        require(
            proven.snapshotHash == tick.snapshotHash,
            WrongSnapshot(tick.snapshotHash, proven.snapshotHash)
        );
        // What differs is one of the three: if not those, then this.
        revert WrongParameters(tick.parameterHash, proven.parameterHash);
    }

    function _requireValid(
        bytes32 statement,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) internal view {
        IGroth16Verifier verifier = verifierOf(statement, profile);
        require(address(verifier) != address(0), UnknownProfile(profile));
        require(verifier.verify(proof, publicSignals), InvalidProof());
    }
}
