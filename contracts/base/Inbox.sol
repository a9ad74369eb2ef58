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

    /// @inheritdoc IInbox
    /// @dev Beside the lane, not in its slot: the quote asset pays nothing for it.
    address public coinVault;

    /// @dev By count; zero where none is kept.
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
        _engineLane.count = uint32(index + 1);
    }

    /// @inheritdoc IInbox
    function appendEngineRun(Message[] calldata messages) external returns (uint64 first) {
        EngineLane memory lane = _engineLane;
        require(msg.sender == lane.writer, NotTheEngine(msg.sender));
        _requireAlive(lane.lastSequencerRootAt);
        first = lane.count;
        uint256 end = first + messages.length;
        require(end <= MAX_MESSAGES, LaneFull(Lane.Engine));
        bytes32 hash = _hashes[Lane.Engine][first];
        for (uint256 i = 0; i < messages.length; ++i) {
            hash = _chained(hash, messages[i]);
            uint64 index = uint64(first + i);
            emit MessageAppended(Lane.Engine, index, messages[i].w0, messages[i].w1, hash);
        }
        _hashes[Lane.Engine][end] = hash;
        _noteTimes(Lane.Engine, first, end);
        _engineLane.count = uint32(end);
    }

    /// @inheritdoc IInbox
    function appendUser(Message calldata message) external returns (uint64 index) {
        UserLane memory lane = _userLane;
        require(msg.sender == lane.writer || msg.sender == coinVault, NotTheVault(msg.sender));
        _requireAlive(_engineLane.lastSequencerRootAt);
        index = lane.count;
        _append(Lane.User, index, message);
        _userLane.count = uint32(index + 1);
    }

    /// @inheritdoc IInbox
    function keepHashes(
        Lane lane,
        uint64 count,
        bytes32 hash,
        Message[] calldata following,
        uint256 kept
    ) external {
        // Written before they are shown to be right: if they are not, all of it is undone.
        bytes32 last = hash;
        for (uint256 i = 0; i < following.length; ++i) {
            if (i < kept) _hashes[lane][count + i] = last;
            last = _chained(last, following[i]);
        }
        _requireEnd(lane, count, count + following.length, last);
    }

    /// @inheritdoc IInbox
    function requireMessage(Lane lane, uint64 index, Message calldata message) external view {
        require(index < laneCount(lane), UnknownMessage(uint8(lane), index));
        require(
            laneHash(lane, index + 1) == _chained(laneHash(lane, index), message),
            MessageMismatch(uint8(lane), index)
        );
    }

    /// @inheritdoc IInbox
    function requireRun(
        Lane lane,
        uint64 first,
        bytes32 hashBefore,
        Message[] calldata run
    ) external view {
        bytes32 hash = hashBefore;
        for (uint256 i = 0; i < run.length; ++i) {
            hash = _chained(hash, run[i]);
        }
        _requireEnd(lane, first, first + run.length, hash);
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
    function laneHash(Lane lane, uint64 count) public view returns (bytes32) {
        return _keptHash(lane, count);
    }

    /// @inheritdoc IInbox
    function keptFrom(Lane lane, uint64 count) external view returns (uint64 next) {
        require(count <= laneCount(lane), UnknownMessage(uint8(lane), count));
        // The last hash of a lane is kept.
        for (next = count; _hashes[lane][next] == 0; ++next) {}
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

    /// @param hash Never zero
    function _isHash(Lane lane, uint256 count, bytes32 hash) internal view returns (bool) {
        return _hashes[lane][count] == hash;
    }

    function _keptHash(Lane lane, uint256 count) internal view returns (bytes32 hash) {
        hash = _hashes[lane][count];
        require(hash != 0 || count <= laneCount(lane), UnknownMessage(uint8(lane), uint64(count)));
        require(hash != 0, HashNotKept(uint8(lane), uint64(count)));
    }

    function _postedAt(Lane lane, uint64 index) internal view returns (uint64) {
        uint256 times = _times[lane][index / TIMES_PER_SLOT];
        return uint32(times >> (TIME_BITS * (index % TIMES_PER_SLOT)));
    }

    function _chainedWords(bytes32 hash, uint256 w0, uint256 w1) internal pure returns (bytes32) {
        return keccak256(abi.encode(hash, w0, w1));
    }

    /// @dev Reverts once the venue is dead.
    function _requireAlive(uint256 lastSequencerRootAt) internal view virtual;

    function _append(Lane lane, uint64 index, Message calldata message) private {
        require(index < MAX_MESSAGES, LaneFull(lane));
        bytes32 hash = _chained(_hashes[lane][index], message);
        _hashes[lane][index + 1] = hash;
        // The bits were never written: a message is appended once.
        _times[lane][index / TIMES_PER_SLOT] |= _timeAt(index);
        emit MessageAppended(lane, index, message.w0, message.w1, hash);
    }

    /// @dev The same for the messages of a run, each slot written once.
    function _noteTimes(Lane lane, uint256 index, uint256 end) private {
        while (index < end) {
            uint256 slot = index / TIMES_PER_SLOT;
            uint256 times = _times[lane][slot];
            for (; index < end && index / TIMES_PER_SLOT == slot; ++index) {
                times |= _timeAt(index);
            }
            _times[lane][slot] = times;
        }
    }

    /// @dev A hash is that of a count if the messages from there lead to one that is kept: of a chain of hashes
    /// nobody knows a second way to the same end.
    function _requireEnd(Lane lane, uint64 first, uint256 end, bytes32 hash) private view {
        require(hash == _keptHash(lane, end), MessageMismatch(uint8(lane), first));
    }

    function _chained(bytes32 hash, Message calldata message) private pure returns (bytes32) {
        return _chainedWords(hash, message.w0, message.w1);
    }

    /// @dev Now, where it stands in its slot for the message at `index`.
    function _timeAt(uint256 index) private view returns (uint256) {
        return uint256(uint32(block.timestamp)) << (TIME_BITS * (index % TIMES_PER_SLOT));
    }

    function _seed(Lane lane) private view returns (bytes32) {
        return keccak256(abi.encode("plimsoll.inbox", block.chainid, address(this), uint256(lane)));
    }
}
