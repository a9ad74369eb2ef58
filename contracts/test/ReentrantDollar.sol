// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST TOKEN: calls back, once, in the middle of its next transfer
/// @notice Stands for an asset with hooks, which the insurance fund must survive.
contract ReentrantDollar is ERC20 {
    address private _target;
    bytes private _data;

    constructor() ERC20("Plimsoll reentrant dollar", "rUSD") {
        LocalChain.requireLocal();
    }

    function mint(address to, uint256 amountE6) external {
        _mint(to, amountE6);
    }

    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 amountE6) internal override {
        address target = _target;
        if (target != address(0)) {
            _target = address(0);
            Address.functionCall(target, _data);
        }
        super._update(from, to, amountE6);
    }
}
