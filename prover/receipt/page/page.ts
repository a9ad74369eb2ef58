// SPDX-License-Identifier: GPL-3.0-or-later
import type { judgeReceipt, keysShown } from '../browser.ts';

/** The part of the DOM in use: the project is compiled without the browser's declarations. */
interface PageElement {
  value: string;
  className: string;
  textContent: string | null;
  readonly files: readonly { text(): Promise<string> }[] | null;
  addEventListener(type: string, listener: (event: DropEvent) => void): void;
  append(child: PageElement): void;
  replaceChildren(): void;
}
interface DropEvent {
  preventDefault(): void;
  readonly dataTransfer: { readonly files: readonly { text(): Promise<string> }[] } | null;
}
declare const document: {
  getElementById(id: string): PageElement | null;
  createElement(name: string): PageElement;
  readonly body: PageElement;
};
/** The bundle of `browser.ts`, in the script before this one. */
declare const PlimsollReceipt: {
  readonly judgeReceipt: typeof judgeReceipt;
  readonly keysShown: typeof keysShown;
};

function element(id: string): PageElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

const keys = element('keys').textContent ?? '';
let receipt: string | undefined;
/** Of the latest question; an answer to an earlier one comes too late to be shown. */
let asked = 0;

function list(id: string, lines: readonly string[]): void {
  element(id).replaceChildren();
  for (const line of lines) {
    const item = document.createElement('li');
    item.textContent = line;
    element(id).append(item);
  }
}

function show(verdict: string, sentence: string, notChecked: readonly string[]): void {
  element('verdict').className = verdict;
  element('verdict').textContent = sentence;
  list('not-checked', notChecked);
}

async function judge(): Promise<void> {
  if (receipt === undefined) return;
  const question = ++asked;
  show('', 'Checking …', []);
  const judgement = await PlimsollReceipt.judgeReceipt({
    receipt,
    keys,
    challenge: element('challenge').value.trim(),
    marketFeed: element('feed').value.trim(),
    node: element('node').value.trim(),
  });
  if (question !== asked) return;
  show(judgement.verdict, judgement.sentence, judgement.notChecked);
}

async function take(files: readonly { text(): Promise<string> }[] | null): Promise<void> {
  const file = files?.[0];
  if (file === undefined) return;
  receipt = await file.text();
  await judge();
}

function failed(error: unknown): void {
  show('invalid', `This page failed, which is a defect of it: ${String(error)}`, []);
}

element('file').addEventListener('change', () => {
  take(element('file').files).catch(failed);
});
for (const id of ['challenge', 'feed', 'node']) {
  element(id).addEventListener('change', () => {
    judge().catch(failed);
  });
}
document.body.addEventListener('dragover', (event) => event.preventDefault());
document.body.addEventListener('drop', (event) => {
  event.preventDefault();
  take(event.dataTransfer?.files ?? null).catch(failed);
});
list('trusted', PlimsollReceipt.keysShown(keys));
