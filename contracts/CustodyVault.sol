// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ICustodyVault} from "./interfaces/ICustodyVault.sol";
import {Governed} from "./base/Governed.sol";

/// @title The venue's custody of the quote asset
/// @dev Behaviour and trust assumptions: see `ICustodyVault`.
contract CustodyVault is ICustodyVault, Governed {
    using SafeERC20 for IERC20;

    /// @inheritdoc ICustodyVault
    IERC20 public immutable asset;
    /// @inheritdoc ICustodyVault
    uint256 public heldE6;

    constructor(IERC20 asset_, address initialOwner) Governed(initialOwner) {
        asset = asset_;
    }

    /// @inheritdoc ICustodyVault
    function deposit(uint256 amountE6) external {
        heldE6 += amountE6;
        emit Deposited(msg.sender, amountE6);
        asset.safeTransferFrom(msg.sender, address(this), amountE6);
    }

    /// @inheritdoc ICustodyVault
    function release(address to, uint256 amountE6) external onlyOwner {
        require(amountE6 <= heldE6, ReleaseAboveHoldings(amountE6, heldE6));
        heldE6 -= amountE6;
        emit Released(to, amountE6);
        asset.safeTransfer(to, amountE6);
    }
}
