// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST TOKEN: a dollar with 6 decimals that anyone can mint
/// @notice Stands where the quote asset belongs, on local chains only.
contract TestDollar is ERC20 {
    constructor() ERC20("Plimsoll test dollar", "tUSD") {
        LocalChain.requireLocal();
    }

    function mint(address to, uint256 amountE6) external {
        _mint(to, amountE6);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
