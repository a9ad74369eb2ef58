// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IInsuranceFund} from "./IInsuranceFund.sol";
import {IVault} from "./IVault.sol";

/// @title The owner of last resort
/// @notice Owns what nobody bought. It never bids and nobody commands it: through the rollup its accounts are
/// unwound at or inside mark (docs/integration.md), and what they are worth afterwards flows to the fund's buffer.
/// @dev Its later losses are recorded by the ledger, not drawn from the fund. Trust assumption: the rollup unwinds
/// as it must; the contract itself can only ask for money and pass it on.
interface IBackstop {
    event PassedOn(uint256 amountE6);

    error NothingToPassOn();

    /// @notice Asks the vault to take up to `amountE6` off one of the Backstop's accounts. Anyone.
    function requestWithdrawal(
        uint256 accountIndex,
        uint256 settlementNonce,
        uint256 amountE6
    ) external returns (uint64 messageIndex);

    /// @notice Collects what the vault owes the Backstop and adds it to the fund's buffer. Anyone.
    function passOn() external returns (uint256 amountE6);

    /// @notice Where its money waits.
    function vault() external view returns (IVault);

    /// @notice Where its money goes.
    function insuranceFund() external view returns (IInsuranceFund);
}
