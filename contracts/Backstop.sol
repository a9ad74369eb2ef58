// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IBackstop} from "./interfaces/IBackstop.sol";
import {IInsuranceFund} from "./interfaces/IInsuranceFund.sol";
import {IVault} from "./interfaces/IVault.sol";

/// @title The owner of last resort
/// @dev Behaviour and trust assumptions: see `IBackstop`.
contract Backstop is IBackstop {
    using SafeERC20 for IERC20;

    /// @inheritdoc IBackstop
    IVault public immutable vault;
    /// @inheritdoc IBackstop
    IInsuranceFund public immutable insuranceFund;

    constructor(IInsuranceFund insuranceFund_) {
        insuranceFund = insuranceFund_;
        vault = insuranceFund_.vault();
    }

    /// @inheritdoc IBackstop
    function requestWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external returns (uint64 messageIndex) {
        return vault.requestWithdrawal(accountIndex, settlementNonce, amountE6);
    }

    /// @inheritdoc IBackstop
    function passOn() external returns (uint256 amountE6) {
        IERC20 token = vault.asset();
        if (vault.claimableE6(address(this)) != 0) vault.collect(address(this));
        amountE6 = token.balanceOf(address(this));
        require(amountE6 != 0, NothingToPassOn());

        emit PassedOn(amountE6);
        token.forceApprove(address(insuranceFund), amountE6);
        insuranceFund.raiseBuffer(amountE6);
    }
}
