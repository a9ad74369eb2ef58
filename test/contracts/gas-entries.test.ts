// SPDX-License-Identifier: GPL-3.0-or-later
// Of every function that changes something: what records its gas, or why nobody pays for it by itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { EXPORTED_INTERFACES, exportedAbi } from '../../prover/chain/abi.ts';

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'gas-snapshot.json'), 'utf8'),
) as Readonly<Record<string, number>>;

/** By contract and function; the first of somebody before the next where they differ. */
const RECORDED: Readonly<Record<string, readonly string[]>> = {
  'Backstop.passOn': ['Backstop: pass on'],
  'Backstop.requestWithdrawal': ['Backstop: request a withdrawal'],
  'CoinVault.claimWithdrawal': ['claim coin 0', 'claim coin 1', 'claim coin 2'],
  'CoinVault.collect': ['collect a coin'],
  'CoinVault.deposit': ['deposit coin 0, first', 'deposit coin 1, first', 'deposit coin 2, first'],
  'CoinVault.payExit': ['pay an exit in a coin, first', 'pay an exit in a coin'],
  'CoinVault.refundDeposit': ['refund a deposit of a coin'],
  'CoinVault.requestWithdrawal': ['request coin 0', 'request coin 1', 'request coin 2'],
  'CoinVault.settleWithdrawal': ['settle a withdrawal of a coin'],
  'InsuranceFund.approve': ['fund: allow shares'],
  'InsuranceFund.claimRedeem': ['fund: claim a redemption'],
  'InsuranceFund.collectPenalties': ['fund: collect penalties'],
  'InsuranceFund.deposit': ['fund: deposit, the first', 'fund: deposit'],
  'InsuranceFund.mint': ['fund: mint shares'],
  'InsuranceFund.payQueued': ['fund: pay a queued claim, the first', 'fund: pay a queued claim'],
  'InsuranceFund.payUncovered': ['fund: pay what is recorded'],
  'InsuranceFund.raiseBuffer': ['fund: raise the buffer, the first', 'fund: raise the buffer'],
  'InsuranceFund.requestRedeem': [
    'fund: request a redemption, the first',
    'fund: request a redemption',
  ],
  'InsuranceFund.settleRedemptions': ['fund: settle a batch of redemptions'],
  'InsuranceFund.skim': ['fund: skim'],
  'InsuranceFund.transfer': ['fund: move shares, the first of somebody', 'fund: move shares'],
  'InsuranceFund.transferFrom': ['fund: move allowed shares'],
  'LedgerRegistry.applyMessage': ['apply a message, first of a beneficiary', 'apply a message'],
  'LedgerRegistry.keepHashes': ['keep a hash within a run'],
  'LedgerRegistry.submitRoot': [
    'submit a root',
    'submit a root with two user messages',
    'submit a heartbeat, its transition attested',
  ],
  'LiquidationEngine.abandon': ['abandon a liquidation'],
  'LiquidationEngine.bid': ['bid for an account, first', 'bid for an account'],
  'LiquidationEngine.close': ['close a liquidation, first', 'close a liquidation'],
  'LiquidationEngine.collectEther': ['collect ether'],
  'LiquidationEngine.cure': [
    'cure a liquidation with a credit',
    'cure a liquidation with a credit, the next',
  ],
  'LiquidationEngine.expire': ['expire a liquidation, first', 'expire a liquidation'],
  'LiquidationEngine.open': ['open a liquidation, first', 'open a liquidation'],
  'LiquidationEngine.openMany': ['open 16 liquidations at once'],
  'LiquidationEngine.reclaim': ['reclaim an escrow'],
  'LiquidationEngine.refundMessages': [
    'refund a message, first',
    'refund a message',
    'refund two messages of a run, the third refunded before',
  ],
  'MarginGuarantee.end': ['end a guarantee'],
  'MarginGuarantee.release': ['release a guarantee'],
  'MarginGuarantee.take': ['take a guarantee', 'take a guarantee, the next'],
  'MarginState.step': ['margin step, the first', 'margin step'],
  'MarketFeed.acceptOwnership': ['feed: accept ownership'],
  'MarketFeed.activateGuardian': ['feed: install a guardian'],
  'MarketFeed.activateQuorum': ['feed: install five signers'],
  'MarketFeed.announceResume': ['feed: announce a resume'],
  'MarketFeed.armGuardian': ['feed: arm the guardian'],
  'MarketFeed.cancelQuorum': ['feed: withdraw proposed signers'],
  'MarketFeed.halt': ['feed: halt'],
  'MarketFeed.proposeGuardian': ['feed: propose a guardian'],
  'MarketFeed.proposeQuorum': ['feed: propose five signers'],
  'MarketFeed.reinstateSigner': ['feed: reinstate a signer'],
  'MarketFeed.submitProvenSnapshot': ['submitProvenSnapshot, the first', 'submitProvenSnapshot'],
  'MarketFeed.submitSnapshot': [
    'submit a snapshot, the first of a feed',
    'submit the snapshot of the crash, without layout',
    'feed: a snapshot that ends a halt',
  ],
  'MarketFeed.suspendSigner': ['feed: suspend a signer'],
  'MarketFeed.transferOwnership': ['feed: name the next owner'],
  'MedianGate.acceptOwnership': ['median gate: accept ownership'],
  'MedianGate.activateGuardian': ['median gate: install a guardian'],
  'MedianGate.activateSources': ['median gate: install sources'],
  'MedianGate.cancelSources': ['median gate: withdraw proposed sources'],
  'MedianGate.proposeGuardian': ['median gate: propose a guardian'],
  'MedianGate.proposeSources': ['median gate: propose sources'],
  'MedianGate.reinstateSource': ['median gate: reinstate a source'],
  'MedianGate.suspendSource': ['median gate: suspend a source'],
  'MedianGate.transferOwnership': ['median gate: name the next owner'],
  'RiskParameters.acceptOwnership': ['parameters: accept ownership'],
  'RiskParameters.activate': ['parameters: activate a set'],
  'RiskParameters.activateMarginState': ['parameters: activate a margin state'],
  'RiskParameters.cancel': ['parameters: withdraw a proposed set'],
  'RiskParameters.cancelMarginState': ['parameters: withdraw a margin state'],
  'RiskParameters.propose': ['parameters: propose a set'],
  'RiskParameters.proposeMarginState': ['parameters: propose a margin state'],
  'RiskParameters.proposeTightening': ['parameters: propose a tightening'],
  'RiskParameters.proveCanary': ['parameters: prove a canary'],
  'RiskParameters.proveMarginCanary': ['parameters: prove a margin canary'],
  'RiskParameters.refuteTightening': ['parameters: refute a tightening'],
  'RiskParameters.transferOwnership': ['parameters: name the next owner'],
  'SolvencyRegister.closeSession': ['close a session'],
  'SolvencyRegister.pinTick': ['pin a tick'],
  'SolvencyRegister.submitProofs': [
    'accept a proof of a session',
    'accept sixteen batches of a session',
  ],
  'Vault.beginExit': ['begin the exit'],
  'Vault.claimWithdrawal': ['claim a withdrawal, first of an owner', 'claim a withdrawal'],
  'Vault.collect': ['collect what is claimable'],
  'Vault.deposit': ['deposit, first', 'deposit'],
  'Vault.payExit': ['pay an exit, first', 'pay an exit'],
  'Vault.refundDeposit': ['refund a deposit, first', 'refund a deposit'],
  'Vault.registerExit': ['register for the exit'],
  'Vault.repayFund': ['repay the fund', 'repay the fund, again'],
  'Vault.requestWithdrawal': ['request a withdrawal'],
  'Vault.settleWithdrawal': ['settle a withdrawal'],
  'Vault.skim': ['skim the vault'],
};

const WITHIN = 'called by a part of the venue alone, and a part of what its caller costs';
const DEPLOYING = 'once, while the venue is deployed';
const NOT_OFFERED = 'always refused: a fund is left by request and claim';
const NOT_RECORDED: Readonly<Record<string, string>> = {
  'InsuranceFund.beginLiquidation': WITHIN,
  'InsuranceFund.cover': WITHIN,
  'InsuranceFund.endGuarantee': WITHIN,
  'InsuranceFund.guarantee': WITHIN,
  'InsuranceFund.pay': WITHIN,
  'InsuranceFund.redeem': NOT_OFFERED,
  'InsuranceFund.release': WITHIN,
  'InsuranceFund.reserve': WITHIN,
  'InsuranceFund.withdraw': NOT_OFFERED,
  'LedgerRegistry.appendEngine': WITHIN,
  'LedgerRegistry.appendEngineRun': WITHIN,
  'LedgerRegistry.appendUser': WITHIN,
  'LedgerRegistry.bind': DEPLOYING,
  'LiquidationEngine.grant': WITHIN,
  'LiquidationEngine.lift': WITHIN,
  'LiquidationEngine.unrestrict': WITHIN,
  'RiskParameters.bindGate': DEPLOYING,
  'Vault.escrowFrom': WITHIN,
  'Vault.escrowFromFund': WITHIN,
  'Vault.returnCredit': WITHIN,
  'Vault.settle': WITHIN,
};

const functions = EXPORTED_INTERFACES.flatMap((contract) =>
  exportedAbi(contract)
    .fragments.filter((fragment) => fragment.type === 'function')
    .map((fragment) => exportedAbi(contract).getFunction(fragment.format('sighash'))!)
    .filter(({ constant }) => !constant)
    .map(({ name }) => `${contract}.${name}`),
);

describe('gas is recorded', () => {
  it('of every function that changes something, or it is said why not', () => {
    const said = [...Object.keys(RECORDED), ...Object.keys(NOT_RECORDED)];
    expect(said.toSorted()).toEqual([...new Set(functions)].toSorted());
  });

  it.each(Object.entries(RECORDED))('of %s', (_, names) => {
    for (const name of names) expect(recorded[name], name).toBeGreaterThan(0);
  });
});
