import { ValidationError } from '@batchmill/contracts';
import type { Settings } from '@batchmill/service';
import { constants } from 'node:fs';
import { access, open, realpath, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { mayOverwrite } from './written-outputs.js';

/**
 * Writes lines into a file that gets its name when it is whole and on the disk: a kill leaves none that only looks whole.
 * Throws a ValidationError `once.bad-output`.
 */
export async function writeWholeFile(file: string, lines: AsyncIterable<string>): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const unfinished = `${target}.partial`;
  try {
    const handle = await open(unfinished, 'w');
    try {
      let text = '';
      for await (const line of lines) {
        text += `${line}\n`;
        if (text.length < bufferedCharacters) continue;
        await handle.write(text);
        text = '';
      }
      await handle.write(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(unfinished, target);
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (code === undefined || syscall === undefined) throw cause;
    throw unwritable(file, `which cannot be written (${code})`, cause);
  }
}

const bufferedCharacters = 1_000_000;

/** Throws a ValidationError `once.bad-output` when the output could not be written, so that it is known before anything is sent. */
export async function checkOutput(output: string, input: string, settings: Settings): Promise<void> {
  const existing = await stat(output).catch(() => null);
  if (existing?.isFile() === false) throw unwritable(output, 'which is not a file');
  const real = await realpath(output).catch(() => null);
  if (input !== '-' && real !== null && real === (await realpath(input).catch(() => null))) {
    throw unwritable(output, 'which is the input');
  }
  if (existing !== null && existing.size > 0 && !(await mayOverwrite(real ?? output, settings))) {
    throw unwritable(output, 'which exists, and was not written by this command');
  }
  try {
    await access(dirname(real ?? output), constants.W_OK);
  } catch (cause) {
    throw unwritable(output, `which cannot be written (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

function unwritable(file: string, found: string, cause?: unknown): ValidationError {
  const message = `--output: found ${file}, ${found}; expected another file, in a folder that can be written to`;
  return new ValidationError('once.bad-output', message, { cause });
}
