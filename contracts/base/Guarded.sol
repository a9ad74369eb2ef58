// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGuarded} from "../interfaces/IGuarded.sol";
import {Governed} from "./Governed.sol";

/// @title A guardian beside the owner
/// @dev Behaviour and trust assumptions: see `IGuarded`.
abstract contract Guarded is IGuarded, Governed {
    /// @inheritdoc IGuarded
    address public guardian;

    uint64 private immutable _guardianDelay;
    address private _nextGuardian;
    uint64 private _activatableAt;

    modifier onlyGuardian() {
        require(msg.sender == guardian, NotTheGuardian(guardian, msg.sender));
        _;
    }

    constructor(address guardian_, uint64 guardianDelay_) {
        _guardianDelay = guardianDelay_;
        _installGuardian(guardian_);
    }

    /// @inheritdoc IGuarded
    function proposeGuardian(address next) external onlyOwner {
        _requireApart(next);

        uint64 activatableAt = uint64(block.timestamp) + _guardianDelay;
        (_nextGuardian, _activatableAt) = (next, activatableAt);
        emit GuardianProposed(next, activatableAt);
    }

    /// @inheritdoc IGuarded
    function activateGuardian() external {
        _requireRipe(_activatableAt);

        address next = _nextGuardian;
        (_nextGuardian, _activatableAt) = (address(0), 0);
        _installGuardian(next);
    }

    /// @inheritdoc IGuarded
    function pendingGuardian() external view returns (address next, uint64 activatableAt) {
        return (_nextGuardian, _activatableAt);
    }

    /// @dev Ownership may have moved to whom it was not to meet since the proposal, so both ends look.
    function _transferOwnership(address newOwner) internal virtual override {
        require(newOwner != guardian || newOwner == address(0), GuardianIsOwner());
        super._transferOwnership(newOwner);
    }

    function _installGuardian(address next) private {
        _requireApart(next);
        guardian = next;
        emit GuardianChanged(next);
    }

    function _requireApart(address next) private view {
        require(next != address(0), GuardianIsZero());
        require(next != owner(), GuardianIsOwner());
    }
}
