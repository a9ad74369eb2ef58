// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {ILedgerRegistry} from "../interfaces/ILedgerRegistry.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title A registry whose ledger has booked whatever it is told, for tests of the feed
contract BookedLedgers {
    uint64 private _bookedThrough;

    constructor() {
        LocalChain.requireLocal();
    }

    function book(uint64 through) external {
        _bookedThrough = through;
    }

    function ledgerAt(uint64) external view returns (ILedgerRegistry.Ledger memory) {
        return ledger(1);
    }

    function ledger(uint64 sequence) public view returns (ILedgerRegistry.Ledger memory only) {
        only.sequence = sequence;
        only.accountCount = 1;
        only.root = 11;
        only.bookedThrough = _bookedThrough;
    }
}
