// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ICustodyVault} from "./ICustodyVault.sol";
import {Proof} from "./IGroth16Verifier.sol";
import {IProofGate} from "./IProofGate.sol";

/// @title The insurance fund: an ERC-4626 loss waterfall
/// @notice Depositors share what the fund holds and what it loses. A `bankruptcy` proof draws the proven
/// deficit, once per (account, settlement nonce), to the custody vault and nowhere else.
/// @dev Trust assumptions: the verifying keys, the market feed's quorum, the parameter timelock and the
/// rollup's transition proof; and that the asset moves exactly the amounts asked (no fee on transfer). There
/// is no owner. Accounting:
/// - `totalAssets` is accounted, never `balanceOf`: a transfer to the fund changes no share price.
/// - 10^6 virtual shares per asset unit make inflating the price of a first deposit cost more than it steals.
/// - Leaving takes `requestRedeem`, then `cooldown` seconds, in which the shares stay shares and bear every
///   loss, then a redemption within `redeemWindow` seconds. So leaving cannot race a draw that is under way;
///   shares inside their window can still leave ahead of one.
/// - `maxWithdraw` and `maxRedeem` are what has matured; the ERC-4626 errors enforce them.
/// - A draw pays min(deficit, held); then the reward is min(cap, share of the payment, what is left). An
///   uncovered remainder is recorded for good: later deposits do not pay for earlier deficits.
interface IInsuranceFund is IERC4626, IProofGate {
    /// @param cooldown Seconds between a request and the earliest redemption
    /// @param redeemWindow Seconds for which a matured request can be used
    /// @param rewardBps Reward as a share of what a draw pays, in 10^-4
    /// @param rewardCapE6 Most that any reward can be
    struct FundConfig {
        uint32 cooldown;
        uint32 redeemWindow;
        uint16 rewardBps;
        uint128 rewardCapE6;
    }

    /// @param shares Shares under request
    /// @param maturesAt Time from which they can be redeemed
    struct RedeemRequest {
        uint256 shares;
        uint64 maturesAt;
    }

    /// @param deficitE6 The proven deficit; zero means never drawn
    /// @param paidE6 What the fund paid of it
    struct Draw {
        uint128 deficitE6;
        uint128 paidE6;
    }

    event RedeemRequested(address indexed owner, uint256 shares, uint64 maturesAt);
    event Drawn(
        uint256 indexed accountIndex,
        uint256 indexed settlementNonce,
        address indexed beneficiary,
        uint64 tick,
        uint256 deficitE6,
        uint256 paidE6,
        uint256 uncoveredE6,
        uint256 rewardE6
    );

    error InvalidFundConfig();
    error CustodyAssetMismatch(address fundAsset, address vaultAsset);
    error RequestAboveBalance(uint256 shares, uint256 balance);
    error DeficitIsZero();
    error AlreadyDrawn(uint256 accountIndex, uint256 settlementNonce);

    /// @notice Asks to leave with `shares` after the cooldown. Replaces a request under way, whose cooldown
    /// starts anew; zero withdraws it.
    function requestRedeem(uint256 shares) external;

    /// @notice Draws the proven deficit of a bankrupt account to the custody vault.
    /// @param tick The margin tick the proof was made for
    /// @param profile Which verifier, by the positions it holds: the smallest of the statement, 16 or 64
    /// @param publicSignals Of the `bankruptcy` statement, in the manifest's order
    /// @param beneficiary The address the proof's context was made for; anyone may submit on their behalf
    /// @return paidE6 What went to the custody vault
    function draw(
        uint64 tick,
        uint8 profile,
        Proof calldata proof,
        uint256[] calldata publicSignals,
        address beneficiary
    ) external returns (uint256 paidE6);

    /// @notice The request of `owner`.
    function redeemRequest(address owner) external view returns (RedeemRequest memory);

    /// @notice What was drawn for an account at a settlement nonce.
    function drawOf(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (Draw memory);

    /// @notice keccak256(chain id, this contract, account, settlement nonce, action). Neither root nor snapshot
    /// nor parameters: else the same deficit could be drawn again under the next root.
    function nullifier(
        uint256 accountIndex,
        uint256 settlementNonce
    ) external view returns (bytes32);

    /// @notice Sum of all deficits the fund could not pay.
    function uncoveredE6() external view returns (uint256);

    /// @notice Where draws go.
    function custodyVault() external view returns (ICustodyVault);

    /// @notice The immutable configuration.
    function config() external view returns (FundConfig memory);
}
