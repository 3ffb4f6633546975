import { ValidationError } from '@batchmill/contracts';
import { createInterface } from 'node:readline/promises';

interface Streams {
  /** The user's answer is read from here. */
  readonly from: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** The question is written here. */
  readonly to: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/**
 * Asks the user on a terminal, and resolves when the answer is yes. Rejects with a ValidationError `command.not-confirmed`
 * when it is anything else, or when there is no terminal. `what` names the option in the error.
 */
export async function confirm(what: string, question: string, { from, to }: Streams): Promise<void> {
  if (from.isTTY !== true || to.isTTY !== true) {
    throw new ValidationError(
      'command.not-confirmed',
      `${what}: found no --yes, and no terminal to ask on; nothing was started`,
    );
  }
  const lines = createInterface({ input: from, output: to, terminal: false });
  try {
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    lines.close();
  }
  throw new ValidationError('command.not-confirmed', `${what}: not confirmed; nothing was started`);
}
