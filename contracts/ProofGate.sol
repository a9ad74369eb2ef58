// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier, Proof} from "./interfaces/IGroth16Verifier.sol";
import {IMarketFeed} from "./interfaces/IMarketFeed.sol";
import {IProofGate} from "./interfaces/IProofGate.sol";
import {ScalarField} from "./libraries/ScalarField.sol";

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

    bytes32 private immutable _action;
    IGroth16Verifier private immutable _smallVerifier;
    IGroth16Verifier private immutable _verifier16;
    IGroth16Verifier private immutable _verifier64;

    /// @param verifiers By profile id; zero where a profile is not deployed
    /// @param signalCount Public signals of the statement every verifier must verify
    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory verifiers,
        uint256 signalCount,
        bytes32 action
    ) {
        for (uint256 i = 0; i < verifiers.length; ++i) {
            if (address(verifiers[i]) == address(0)) continue;
            uint256 actual = verifiers[i].publicSignalCount();
            require(
                actual == signalCount,
                SignalCountMismatch(address(verifiers[i]), signalCount, actual)
            );
        }
        marketFeed = marketFeed_;
        _action = action;
        _smallVerifier = verifiers[0];
        _verifier16 = verifiers[1];
        _verifier64 = verifiers[2];
    }

    /// @inheritdoc IProofGate
    function proofContext(address beneficiary) public view returns (uint256) {
        return
            uint256(keccak256(abi.encode(block.chainid, address(this), _action, beneficiary))) %
            ScalarField.MODULUS;
    }

    /// @inheritdoc IProofGate
    function verifierOf(uint8 profile) public view returns (IGroth16Verifier) {
        if (profile == 0) return _smallVerifier;
        if (profile == 1) return _verifier16;
        if (profile == 2) return _verifier64;
        return IGroth16Verifier(address(0));
    }

    function _requireBound(
        uint64 number,
        Bindings memory proven,
        address beneficiary
    ) internal view {
        require(beneficiary != address(0), BeneficiaryIsZero());
        IMarketFeed.Tick memory cited = marketFeed.admissibleTick(number);
        require(
            proven.ledgerRoot == cited.ledgerRoot,
            WrongLedgerRoot(cited.ledgerRoot, proven.ledgerRoot)
        );
        require(
            proven.snapshotHash == cited.snapshotHash,
            WrongSnapshot(cited.snapshotHash, proven.snapshotHash)
        );
        require(
            proven.parameterHash == cited.parameterHash,
            WrongParameters(cited.parameterHash, proven.parameterHash)
        );
        require(
            proven.accountIndex < cited.accountCount,
            AccountNotInLedger(proven.accountIndex, cited.accountCount)
        );
        uint256 expected = proofContext(beneficiary);
        require(proven.context == expected, WrongContext(expected, proven.context));
    }

    function _requireValid(
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) internal view {
        IGroth16Verifier verifier = verifierOf(profile);
        require(address(verifier) != address(0), UnknownProfile(profile));
        require(verifier.verify(proof, publicSignals), InvalidProof());
    }
}
