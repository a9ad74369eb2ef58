// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

/// @notice A Groth16 proof over BN254, in the order and coordinate order the pairing precompile takes:
/// the G2 point `b` is (x.c1, x.c0), (y.c1, y.c0).
struct Proof {
    uint256[2] a;
    uint256[2][2] b;
    uint256[2] c;
}

/// @title A verifier of one statement in one profile
/// @notice Generated from a verifying key; the key is part of the code and cannot change.
/// @dev Trust assumptions: a valid proof means something only if nobody knows the toxic waste of the
/// key's set-up, and if the key was made from the circuit it is said to be made from. Rebuild the circuit
/// and compare `r1csHash` and `keyHash`. A verifier generated from a development key (whose toxic waste
/// is public) reverts in its constructor on every chain but a local one.
interface IGroth16Verifier {
    /// @notice Whether `proof` proves the statement for `publicSignals`.
    /// @dev Read-only, so an auditor can replay any posted proof. False, not a revert, for a wrong number
    /// of signals, for a signal not below the scalar field and for points not on the curve.
    /// @param publicSignals In the order of the circuit manifest, each below the scalar field
    function verify(
        Proof calldata proof,
        uint256[] calldata publicSignals
    ) external view returns (bool);

    /// @notice Whether every proof proves the statement for its signals: all at once, in one product of
    /// n + 3 pairings, at well under half the gas of one by one.
    /// @dev False, not a revert, as `verify`; also for an empty batch, which proves nothing. Which member
    /// is at fault cannot be told from the product: `verify` tells. Members may be alike; whoever acts on
    /// each of them has to see to that.
    /// @param publicSignals Those of the first proof, then those of the second and so on
    function verifyMany(
        Proof[] calldata proofs,
        uint256[] calldata publicSignals
    ) external view returns (bool);

    /// @notice The statement's name in the circuit manifest, in ASCII.
    function statement() external view returns (bytes32);

    /// @notice How many public signals the statement has.
    function publicSignalCount() external view returns (uint256);

    /// @notice SHA-256 of the proving key file (`.zkey`) whose verifying key this contract holds.
    function keyHash() external view returns (bytes32);

    /// @notice SHA-256 of the constraint system file (`.r1cs`) the key was made for.
    function r1csHash() external view returns (bytes32);

    /// @notice How many positions the profile holds, by which it is asked for; 0 for the one profile of a
    /// statement that holds none.
    function positions() external view returns (uint256);
}
