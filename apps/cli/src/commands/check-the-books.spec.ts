import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LettersHome } from '../testing/letters-home.js';
import type { CommandResult } from '../testing/run-batchmill.js';

const root = join(import.meta.dirname, '../../../..');
const page = readFileSync(join(root, 'docs/how-to/check-the-books.md'), 'utf8');
const shown = (name: string): string => readFileSync(join(root, `test/guides/check-the-books/${name}.txt`), 'utf8');

/** The commands of the guide, in their order. */
const commands = [...page.matchAll(/^npx batchmill (.*?)(?:\s+#.*)?$/gm)].map(([, command = '']) => command);

describe('the guide to the books', () => {
  let home: LettersHome;
  beforeEach(async () => {
    home = await LettersHome.open({ turnaround: { kind: 'fixed', seconds: 200 } });
  });
  afterEach(() => home.close());

  /** A run whose files were not deleted, an orphan, a batch that no record knows, and batches of another program. */
  async function planted(): Promise<void> {
    const { account } = home;
    const mark = { installation: await home.installation(), key: 'lost' };
    await account.injectFaults({ on: 'files.delete', what: 'status', value: 400 });
    await home.run('letters-1', 3);
    await home.insertBatch('letters-2.c1', { previousAttempts: [{ key: 'lost', providerBatchId: null }] });
    await account.injectFaults({ on: 'batch', what: 'delay', value: 35_000 });
    const batches = [
      await account.createBatch({ mark: { ...mark, batchId: 'letters-2.c1.b1' } }),
      await account.createBatch({ mark: { ...mark, batchId: 'letters-9.c1.b1' } }),
    ];
    await account.injectFaults({ on: 'batch', what: 'token-limit', value: 900_000 });
    batches.push(await account.createBatch());
    await account.injectFaults();
    batches.push(await account.createBatch(), await account.createBatch());
    await account.advance(36_000);
    for (const each of batches) await account.endOf(each);
  }

  /** Without what differs each time: ids, times, durations and numbers, and the width of columns. */
  function normalized(text: string): string {
    return text
      .replaceAll(/\b(batch_|file-)[\da-f]+/g, '$1ID')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'TIME')
      .replaceAll(/\b(?:\d+h \d+m|\d+m \d+s|\d+s)\b/g, 'DURATION')
      .replaceAll(/ {2,}/g, '  ')
      .replaceAll(/  \d+$/gm, '  NUMBER');
  }

  it('R11 T4: its commands show what it shows, mend what it says, and leave what they cannot know', async () => {
    await planted();

    const results: CommandResult[] = [];
    for (const command of commands) results.push(await home.batchmill(...command.split(' ')));

    expect(commands.map((command) => command.split(' ')[0])).toEqual(['audit', 'audit', 'files', 'files', 'calibrate']);
    const [audit, fixed, list, clean, calibrate] = results;
    expect(results.map(({ code, err }) => ({ code, err }))).toEqual([3, 3, 0, 0, 0].map((code) => ({ code, err: '' })));
    expect(normalized(audit?.out ?? '')).toBe(normalized(shown('audit')));
    expect(fixed?.out.match(/ (?:mended|begun|left)$/gm)).toHaveLength(6);
    expect(list?.out).toMatch(/\nfile-\w+ +output .* this +letters-9\.c1\.b1 +unknown: no record of it\n/);
    expect(clean?.out).toMatch(/^every file of this installation is needed, or nobody can tell\n$/);
    expect(normalized(calibrate?.out ?? '')).toBe(normalized(shown('calibrate')));
  });
});
