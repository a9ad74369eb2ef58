// SPDX-License-Identifier: GPL-3.0-or-later
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {LocalChain} from "../libraries/LocalChain.sol";

/// @title TEST TOKEN: a coin that anyone can mint, and that can be told to misbehave
/// @notice Stands where the token of a coin belongs, on local chains only.
contract TestCoin is ERC20 {
    uint256 private constant BPS = 10_000;

    uint8 private immutable _decimals;
    uint256 private _feeBps;
    bool private _silent;
    bool private _refuses;
    address private _blocked;
    address private _target;
    bytes private _data;

    error Blocked(address account);
    error Silent();

    constructor(uint8 decimals_) ERC20("Plimsoll test coin", "tCOIN") {
        LocalChain.requireLocal();
        _decimals = decimals_;
    }

    function mint(address to, uint256 units) external {
        _mint(to, units);
    }

    /// @dev As a token that shrinks what others hold.
    function burn(address from, uint256 units) external {
        _burn(from, units);
    }

    function takeFee(uint256 feeBps) external {
        _feeBps = feeBps;
    }

    /// @dev Whoever is blocked neither sends nor receives.
    function blockAccount(address account) external {
        _blocked = account;
    }

    /// @dev Calls back, once, in the middle of its next transfer.
    function arm(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function fallSilent() external {
        _silent = true;
    }

    /// @dev Says no where it should revert.
    function refuse(bool refuses) external {
        _refuses = refuses;
    }

    function transfer(address to, uint256 units) public override returns (bool) {
        return !_refuses && super.transfer(to, units);
    }

    function transferFrom(address from, address to, uint256 units) public override returns (bool) {
        return !_refuses && super.transferFrom(from, to, units);
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    function balanceOf(address account) public view override returns (uint256) {
        require(!_silent, Silent());
        return super.balanceOf(account);
    }

    function _update(address from, address to, uint256 units) internal override {
        require(_blocked == address(0) || (from != _blocked && to != _blocked), Blocked(_blocked));
        address target = _target;
        if (target != address(0)) {
            _target = address(0);
            Address.functionCall(target, _data);
        }
        super._update(from, to, units);
        uint256 fee = (units * _feeBps) / BPS;
        if (fee != 0 && from != address(0) && to != address(0)) super._update(to, address(0), fee);
    }
}
