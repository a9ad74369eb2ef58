// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {LocalChain} from "../libraries/LocalChain.sol";
import {ScalarField} from "../libraries/ScalarField.sol";

/// @title TEST CONTRACT: makes the internal library callable
contract ScalarFieldHarness {
    constructor() {
        LocalChain.requireLocal();
    }

    function requireAllInField(uint256[] calldata signals) external pure {
        ScalarField.requireAllInField(signals);
    }

    function toSignedAmount(uint256 signal) external pure returns (int256) {
        return ScalarField.toSignedAmount(signal);
    }

    function toUnsignedAmount(uint256 signal) external pure returns (uint256) {
        return ScalarField.toUnsignedAmount(signal);
    }
}
