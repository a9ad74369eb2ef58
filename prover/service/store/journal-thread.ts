// SPDX-License-Identifier: GPL-3.0-or-later
import { answerQuestions, type Handed } from '../answering-thread.ts';
import { FolderJournal } from './journal.ts';

/** What the journal of a folder is asked in its thread; the first opens it. */
export type JournalQuestion =
  | { readonly kind: 'open'; readonly folder: string }
  | { readonly kind: 'append'; readonly of: string; readonly body: string }
  | { readonly kind: 'append-all'; readonly of: string; readonly bodies: readonly string[] }
  | { readonly kind: 'page'; readonly after: number; readonly of: string | undefined }
  | { readonly kind: 'last' }
  | { readonly kind: 'put-blob'; readonly bytes: Uint8Array }
  | { readonly kind: 'blob'; readonly digest: string }
  | { readonly kind: 'keep-blobs'; readonly digests: readonly string[] }
  | { readonly kind: 'close' };

let journal: FolderJournal | undefined;

async function answer(question: JournalQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'open':
      journal = new FolderJournal(question.folder);
      return undefined;
    case 'append':
      return await journal!.appendText(question.of, question.body);
    case 'append-all':
      return journal!.appendTexts(question.of, question.bodies);
    case 'page':
      return journal!.page(question.after, question.of);
    case 'last':
      return await journal!.last();
    case 'put-blob':
      return await journal!.putBlob(question.bytes);
    case 'blob':
      return await journal!.blob(question.digest);
    case 'keep-blobs':
      return await journal!.keepBlobs(question.digests);
    case 'close':
      return await journal!.close();
  }
}

answerQuestions<JournalQuestion>(async (question): Promise<Handed> => ({
  value: await answer(question),
}));
