// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {IMarketFeed} from "../interfaces/IMarketFeed.sol";
import {LocalChain} from "../libraries/LocalChain.sol";
import {LiquidationEngine} from "../LiquidationEngine.sol";

/// @title TEST CONTRACT: the liquidation engine with the state that only a bid is to reach
contract BidEscrowedEngine is LiquidationEngine {
    constructor(
        IMarketFeed marketFeed_,
        IGroth16Verifier[3] memory liquidationVerifiers,
        IGroth16Verifier[3] memory accountMarginVerifiers,
        EngineConfig memory config_
    ) LiquidationEngine(marketFeed_, liquidationVerifiers, accountMarginVerifiers, config_) {
        LocalChain.requireLocal();
    }

    /// @notice Records the caller as the one whose bid is escrowed; escrows nothing.
    function escrowBid(uint256 accountIndex, uint256 settlementNonce) external {
        _bidders[accountIndex][settlementNonce] = msg.sender;
    }
}
