import { ValidationError } from '@batchmill/contracts';
import { createInterface } from 'node:readline/promises';

interface Asking {
  /** Where the answer comes from. */
  readonly from: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly to: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Resolves when a person says yes. Rejects with a ValidationError when nobody does, or nobody is there to be asked. */
export async function expectYes(what: string, question: string, { from, to }: Asking): Promise<void> {
  if (from.isTTY !== true || to.isTTY !== true) {
    throw new ValidationError('command.not-confirmed', `${what}: found no --yes, and nobody to ask; nothing was begun`);
  }
  const lines = createInterface({ input: from, output: to, terminal: false });
  try {
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    const said = await Promise.race([lines.question(`${question} [y/N] `), closed]);
    if (/^y(es)?$/i.test(said.trim())) return;
  } finally {
    lines.close();
  }
  throw new ValidationError('command.not-confirmed', `${what}: not confirmed; nothing was begun`);
}
