// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "./IGroth16Verifier.sol";
import {IMarketFeed} from "./IMarketFeed.sol";
import {ITickErrors} from "./ITickErrors.sol";

/// @title What every proof-gated action demands of its proof
/// @notice A proof opens an action only if each of its public signals is below the scalar field, its ledger
/// root, snapshot and parameters are those of one admissible margin tick, its account is in that ledger, and
/// its context names this chain, this contract, this action and the beneficiary of the action. Each broken
/// binding has its own error.
/// @dev The bytes of a proof identify nothing: Groth16 proofs can be re-randomised by anyone. Replay is
/// prevented by what the proof is about alone: its account, settlement nonce and margin tick.
interface IProofGate is ITickErrors {
    error WrongLedgerRoot(uint256 cited, uint256 proven);
    error WrongSnapshot(uint256 cited, uint256 proven);
    error WrongParameters(uint256 cited, uint256 proven);
    error WrongContext(uint256 expected, uint256 proven);
    error AccountNotInLedger(uint256 accountIndex, uint256 accountCount);
    error BeneficiaryIsZero();
    error UnknownProfile(uint8 profile);
    error InvalidProof();

    /// @notice The context a proof must carry for `action` here to benefit `beneficiary`:
    /// keccak256(abi.encode(chain id, this contract, action, beneficiary)) mod r.
    function proofContext(bytes32 action, address beneficiary) external view returns (uint256);

    /// @notice The verifier of a statement that holds `profile` positions; zero if there is none, if it is not
    /// deployed or if this contract takes no proof of that statement.
    /// @param statement Its name in ASCII, as `IGroth16Verifier.statement` tells it
    function verifierOf(bytes32 statement, uint8 profile) external view returns (IGroth16Verifier);

    /// @notice The feed whose ticks proofs cite.
    function marketFeed() external view returns (IMarketFeed);
}
