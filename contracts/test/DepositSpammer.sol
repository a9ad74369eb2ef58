// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IVault} from "../interfaces/IVault.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST CONTRACT: many deposits in one transaction
contract DepositSpammer {
    IVault private immutable _vault;

    constructor(IVault vault) {
        LocalChain.requireLocal();
        _vault = vault;
        vault.asset().approve(address(vault), type(uint256).max);
    }

    function spam(uint256 accountIndex, uint256 amountE6, uint256 times) external {
        for (uint256 i = 0; i < times; ++i) {
            _vault.deposit(accountIndex, 0, amountE6);
        }
    }
}
