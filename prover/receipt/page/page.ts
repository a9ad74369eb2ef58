// SPDX-License-Identifier: GPL-3.0-or-later
import type { Judgement, judgeReceipt, keysShown } from '../browser.ts';

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
const NOTHING = { notChecked: [], figures: [] };
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

function cell(name: string, text: string): PageElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function show(
  verdict: string,
  sentence: string,
  { notChecked, figures }: Pick<Judgement, 'notChecked' | 'figures'>,
): void {
  element('verdict').className = verdict;
  element('verdict').textContent = sentence;
  element('caveats').className = notChecked.length === 0 ? 'none' : '';
  list('not-checked', notChecked);
  element('claim').className = figures.length === 0 ? 'none' : '';
  element('figures').replaceChildren();
  for (const { name, value } of figures) {
    const row = document.createElement('tr');
    row.append(cell('th', name));
    row.append(cell('td', value));
    element('figures').append(row);
  }
}

async function judge(): Promise<void> {
  if (receipt === undefined) return;
  const question = ++asked;
  show('', 'Checking …', NOTHING);
  const judgement = await PlimsollReceipt.judgeReceipt({
    receipt,
    keys,
    challenge: element('challenge').value.trim(),
    marketFeed: element('feed').value.trim(),
    node: element('node').value.trim(),
  });
  if (question !== asked) return;
  // Whoever has this repository can make a proof under a development key: nothing is plainly good then.
  const tone = judgement.isDevelopment ? ' development' : '';
  show(`${judgement.verdict}${tone}`, judgement.sentence, judgement);
}

async function take(files: readonly { text(): Promise<string> }[] | null): Promise<void> {
  const file = files?.[0];
  if (file === undefined) return;
  receipt = await file.text();
  await judge();
}

function failed(error: unknown): void {
  show('invalid', `This page failed, which is a defect of it: ${String(error)}`, NOTHING);
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
