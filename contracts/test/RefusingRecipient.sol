// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: takes no ether and reverts whenever it is called back
/// @notice An owner, a bidder, a keeper that tries to block others by refusing what it is owed.
contract RefusingRecipient {
    error Refused();

    constructor() {
        LocalChain.requireLocal();
    }

    fallback() external {
        revert Refused();
    }

    /// @notice Calls `target` with what ether it was given for it.
    function act(address target, bytes calldata data) external payable returns (bytes memory) {
        return Address.functionCallWithValue(target, data, msg.value);
    }
}
