// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IInbox, Message} from "../interfaces/IInbox.sol";
import {ILedgerRegistry} from "../interfaces/ILedgerRegistry.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: writes both lanes of a registry as a test says
/// @notice Stands where engine, vault and feed stand, so that the registry's own rules can be tested with any
/// message. It judges nothing; no gated path of the venue runs through it.
contract InboxDriver {
    /// @notice The registry whose lanes it writes.
    ILedgerRegistry public immutable ledgerRegistry;

    constructor(ILedgerRegistry ledgerRegistry_) {
        LocalChain.requireLocal();
        ledgerRegistry = ledgerRegistry_;
    }

    function append(IInbox.Lane lane, Message[] calldata messages) external {
        for (uint256 i = 0; i < messages.length; ++i) {
            if (lane == IInbox.Lane.Engine) ledgerRegistry.appendEngine(messages[i]);
            else ledgerRegistry.appendUser(messages[i]);
        }
    }

    /// @dev As the engine after a batch of openings.
    function appendRun(Message[] calldata messages) external {
        ledgerRegistry.appendEngineRun(messages);
    }

    /// @dev As the feed: a market clock that never stands still.
    function marketClock() external view returns (uint64) {
        return uint64(block.timestamp);
    }

    function marketFeed() external view returns (address) {
        return address(this);
    }

    function engine() external view returns (address) {
        return address(this);
    }

    function vault() external view returns (address) {
        return address(this);
    }
}
