// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IInboxErrors} from "./IInboxErrors.sol";

/// @notice A message to the rollup, in two words.
/// @param w0 kind (8 bits) | accountIndex (24) | settlementNonce (32) | amount (64), from the low end
/// @param w1 An address whose meaning depends on the kind; see `Messages`
struct Message {
    uint256 w0;
    uint256 w1;
}

/// @title What L1 tells the rollup: two append-only lanes of messages
/// @notice The engine lane carries what liquidations do to accounts (Freeze, Unfreeze, Takeover), the user lane
/// deposits and requests to withdraw. Each lane is a hash chain h' = keccak256(abi.encode(h, w0, w1)), seeded
/// with keccak256(abi.encode("plimsoll.inbox", chain id, inbox, lane)): a transition proof is bound to the hash
/// at the count it consumed, so it can neither invent a message nor be replayed at another venue.
/// @dev Every message is total: consumed means applied, or its outcome is stated. A root applies its engine
/// messages before its user messages, and no message of a lane before the one ahead of it. Messages are kept as
/// hashes only; whoever acts on one shows it again, and the chain tells whether it is the one. Of the messages
/// that are appended in one run the last hash alone is kept, for it is the chain of all: a hash within the run is
/// the only one from which the rest of the run leads there. Whoever needs one has it kept (`keepHashes`).
interface IInbox is IInboxErrors {
    enum Lane {
        Engine,
        User
    }

    event MessageAppended(
        Lane indexed lane,
        uint64 indexed index,
        uint256 w0,
        uint256 w1,
        bytes32 laneHash
    );

    error NotTheEngine(address caller);
    error NotTheVault(address caller);
    error LaneFull(Lane lane);

    /// @notice Appends to the engine lane. The engine only; refused once the venue is dead.
    function appendEngine(Message calldata message) external returns (uint64 index);

    /// @notice Appends many to the engine lane, and keeps the hash after the last one. The engine only; refused once
    /// the venue is dead.
    /// @return first Index of the first of them
    function appendEngineRun(Message[] calldata messages) external returns (uint64 first);

    /// @notice Appends to the user lane. Vault and coin vault only; refused once the venue is dead.
    function appendUser(Message calldata message) external returns (uint64 index);

    /// @notice Keeps hashes within a run, shown to be the lane's by the messages from there to the next kept hash.
    /// Anybody.
    /// @param count How many messages precede the first hash to keep
    /// @param hash The hash of the lane after them
    /// @param following The messages from there to a count whose hash is kept
    /// @param kept How many hashes to keep: that one, and those after the first messages of `following`
    function keepHashes(
        Lane lane,
        uint64 count,
        bytes32 hash,
        Message[] calldata following,
        uint256 kept
    ) external;

    /// @notice Reverts unless `message` is the one at `index` of the lane, the hashes around which are kept.
    function requireMessage(Lane lane, uint64 index, Message calldata message) external view;

    /// @notice Reverts unless `run` are the messages of the lane from index `first` to a count whose hash is kept.
    /// @param hashBefore The hash of the lane before them
    function requireRun(
        Lane lane,
        uint64 first,
        bytes32 hashBefore,
        Message[] calldata run
    ) external view;

    /// @notice The hash of a lane after its first `count` messages, where it is kept.
    function laneHash(Lane lane, uint64 count) external view returns (bytes32);

    /// @notice The first count from `count` on whose hash is kept.
    function keptFrom(Lane lane, uint64 count) external view returns (uint64);

    /// @notice How many messages a lane holds.
    function laneCount(Lane lane) external view returns (uint64);

    /// @notice When a message was appended, in unix seconds.
    function postedAt(Lane lane, uint64 index) external view returns (uint64);

    /// @notice The only writer of the engine lane; zero until the venue is bound.
    function engine() external view returns (address);

    /// @notice Who writes the user lane for the quote asset; zero until the venue is bound.
    function vault() external view returns (address);

    /// @notice Who writes it for coins; zero where the venue has none.
    function coinVault() external view returns (address);
}
