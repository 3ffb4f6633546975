import { ProcessingError } from '@batchmill/contracts';
import type { GroupCommit } from './group-commit.js';

/** The most documents that one transaction writes before other work gets its turn. */
export const documentsPerTransaction = 1000;

/**
 * Writes page after page, each in a transaction of its own, until a page is empty. The first refusal ends it and is
 * thrown. What was written before it stays.
 */
export async function writeInPages<I>(
  writes: GroupCommit,
  nextPage: () => readonly I[],
  write: (item: I) => void,
): Promise<void> {
  for (;;) {
    const { isLast, refusal } = await writes.write(() => writePage(nextPage(), write));
    if (refusal !== null) {
      throw refusal;
    }
    if (isLast) {
      return;
    }
  }
}

/** Like `writeInPages`, for items that are known. */
export async function writeEach<I>(writes: GroupCommit, items: readonly I[], write: (item: I) => void): Promise<void> {
  for (let start = 0; start < items.length; start += documentsPerTransaction) {
    const page = items.slice(start, start + documentsPerTransaction);
    const { refusal } = await writes.write(() => writePage(page, write));
    if (refusal !== null) {
      throw refusal;
    }
  }
}

function writePage<I>(
  page: readonly I[],
  write: (item: I) => void,
): { readonly isLast: boolean; readonly refusal: ProcessingError | null } {
  try {
    page.forEach(write);
    return { isLast: page.length === 0, refusal: null };
  } catch (error) {
    if (error instanceof ProcessingError) {
      return { isLast: true, refusal: error };
    }
    throw error;
  }
}
