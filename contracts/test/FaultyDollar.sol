// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST TOKEN: keeps a fee of what it moves, or moves nothing and answers false
contract FaultyDollar is ERC20 {
    uint256 private constant BPS = 10_000;

    uint256 private _feeBps;
    bool private _answersFalse;

    constructor() ERC20("Plimsoll faulty dollar", "fUSD") {
        LocalChain.requireLocal();
    }

    function mint(address to, uint256 amountE6) external {
        _mint(to, amountE6);
    }

    function takeFee(uint256 feeBps) external {
        _feeBps = feeBps;
    }

    function answerFalse() external {
        _answersFalse = true;
    }

    function transfer(address to, uint256 amountE6) public override returns (bool) {
        if (_answersFalse) return false;
        super.transfer(to, amountE6);
        _burn(to, (amountE6 * _feeBps) / BPS);
        return true;
    }

    function transferFrom(
        address from,
        address to,
        uint256 amountE6
    ) public override returns (bool) {
        if (_answersFalse) return false;
        super.transferFrom(from, to, amountE6);
        _burn(to, (amountE6 * _feeBps) / BPS);
        return true;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
