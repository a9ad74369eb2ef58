// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IInbox, Message} from "../interfaces/IInbox.sol";

/// @title The two lanes of messages
/// @dev Behaviour: see `IInbox`. Part of the registry, for each reads the other at every step.
abstract contract Inbox is IInbox {
    /// @dev 32 bits hold unix seconds until 2106; eight of them share a slot, for a crash appends many at once.
    uint256 private constant TIMES_PER_SLOT = 8;
    uint256 private constant TIME_BITS = 32;
    uint256 private constant MAX_MESSAGES = type(uint32).max;

    /// @dev One slot. What an opening reads and writes here is one slot beside the message itself, so the writer
    /// of the lane and the time that decides whether the venue is dead stand with the count.
    struct EngineLane {
        address writer;
        uint32 count;
        uint40 lastSequencerRootAt;
    }

    struct UserLane {
        address writer;
        uint32 count;
    }

    EngineLane internal _engineLane;
    UserLane internal _userLane;

    mapping(Lane lane => mapping(uint256 count => bytes32)) private _hashes;
    mapping(Lane lane => mapping(uint256 slot => uint256)) private _times;

    constructor() {
        _hashes[Lane.Engine][0] = _seed(Lane.Engine);
        _hashes[Lane.User][0] = _seed(Lane.User);
    }

    /// @inheritdoc IInbox
    function appendEngine(Message calldata message) external returns (uint64 index) {
        EngineLane memory lane = _engineLane;
        require(msg.sender == lane.writer, NotTheEngine(msg.sender));
        _requireAlive(lane.lastSequencerRootAt);
        index = lane.count;
        _append(Lane.Engine, index, message);
        lane.count += 1;
        _engineLane = lane;
    }

    /// @inheritdoc IInbox
    function appendUser(Message calldata message) external returns (uint64 index) {
        UserLane memory lane = _userLane;
        require(msg.sender == lane.writer, NotTheVault(msg.sender));
        _requireAlive(_engineLane.lastSequencerRootAt);
        index = lane.count;
        _append(Lane.User, index, message);
        lane.count += 1;
        _userLane = lane;
    }

    /// @inheritdoc IInbox
    function requireMessage(Lane lane, uint64 index, Message calldata message) external view {
        _requireMessage(lane, index, message);
    }

    /// @inheritdoc IInbox
    function engine() external view returns (address) {
        return _engineLane.writer;
    }

    /// @inheritdoc IInbox
    function vault() external view returns (address) {
        return _userLane.writer;
    }

    /// @inheritdoc IInbox
    function laneHash(Lane lane, uint64 count) public view returns (bytes32 hash) {
        hash = _hashes[lane][count];
        require(hash != 0, UnknownMessage(uint8(lane), count));
    }

    /// @inheritdoc IInbox
    function laneCount(Lane lane) public view returns (uint64) {
        return lane == Lane.Engine ? _engineLane.count : _userLane.count;
    }

    /// @inheritdoc IInbox
    function postedAt(Lane lane, uint64 index) public view returns (uint64) {
        require(index < laneCount(lane), UnknownMessage(uint8(lane), index));
        return _postedAt(lane, index);
    }

    function _requireMessage(Lane lane, uint64 index, Message calldata message) internal view {
        require(index < laneCount(lane), UnknownMessage(uint8(lane), index));
        require(
            _hashes[lane][index + 1] == _chained(_hashes[lane][index], message),
            MessageMismatch(uint8(lane), index)
        );
    }

    function _postedAt(Lane lane, uint64 index) internal view returns (uint64) {
        uint256 times = _times[lane][index / TIMES_PER_SLOT];
        return uint32(times >> (TIME_BITS * (index % TIMES_PER_SLOT)));
    }

    /// @dev Reverts once the venue is dead.
    function _requireAlive(uint256 lastSequencerRootAt) internal view virtual;

    function _append(Lane lane, uint64 index, Message calldata message) private {
        require(index < MAX_MESSAGES, LaneFull(lane));
        bytes32 hash = _chained(_hashes[lane][index], message);
        _hashes[lane][index + 1] = hash;
        uint256 slot = index / TIMES_PER_SLOT;
        // The bits were never written: a message is appended once.
        _times[lane][slot] |=
            uint256(uint32(block.timestamp)) << (TIME_BITS * (index % TIMES_PER_SLOT));
        emit MessageAppended(lane, index, message.w0, message.w1, hash);
    }

    function _seed(Lane lane) private view returns (bytes32) {
        return keccak256(abi.encode("plimsoll.inbox", block.chainid, address(this), uint256(lane)));
    }

    function _chained(bytes32 hash, Message calldata message) private pure returns (bytes32) {
        return keccak256(abi.encode(hash, message.w0, message.w1));
    }
}
