import { expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { confirm } from './confirm.js';

const terminal = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });
const refusal = expect.objectContaining({ code: 'command.not-confirmed' });

it.each(['y', 'Yes', ' YES '])('R10: the answer %j confirms', async (answer) => {
  const [from, to] = [terminal(), terminal()];
  const confirmed = confirm('--redo all', 'again?', { from, to });
  from.write(`${answer}\n`);

  await expect(confirmed).resolves.toBeUndefined();
  expect(String(to.read())).toBe('again? [y/N] ');
});

it.each(['', 'n', 'yesterday'])('R10: the answer %j does not confirm', async (answer) => {
  const from = terminal();
  const confirmed = confirm('--redo all', 'again?', { from, to: terminal() });
  from.write(`${answer}\n`);

  await expect(confirmed).rejects.toEqual(refusal);
});

it('R10: a closed terminal does not confirm', async () => {
  const from = terminal();
  const confirmed = confirm('--redo all', 'again?', { from, to: terminal() });
  from.end();

  await expect(confirmed).rejects.toEqual(refusal);
});

it('R10: without a terminal nothing is asked and nothing is confirmed', async () => {
  const confirmed = confirm('--redo all', 'again?', { from: new PassThrough(), to: terminal() });

  await expect(confirmed).rejects.toThrow('--redo all: found no --yes, and no terminal to ask on; nothing was started');
});
