// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Transfers that bring what they say
/// @notice A token that takes a fee, or that lets its receiver be paid twice by entering again, would make the books
/// say more than there is: it is refused where it comes in, and where one contract of the venue pays another.
library ExactTransfer {
    using SafeERC20 for IERC20;

    error NotExact(uint256 askedE6, uint256 receivedE6);

    function pullExactly(IERC20 token, address from, uint256 amountE6) internal {
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(from, address(this), amountE6);
        _requireArrived(token, address(this), before, amountE6);
    }

    function pushExactly(IERC20 token, address to, uint256 amountE6) internal {
        uint256 before = token.balanceOf(to);
        token.safeTransfer(to, amountE6);
        _requireArrived(token, to, before, amountE6);
    }

    function _requireArrived(
        IERC20 token,
        address at,
        uint256 before,
        uint256 amountE6
    ) private view {
        uint256 receivedE6 = token.balanceOf(at) - before;
        require(receivedE6 == amountE6, NotExact(amountE6, receivedE6));
    }
}
