import { expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { expectYes } from './expect-yes.js';

const terminal = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });
const refusal = expect.objectContaining({ code: 'command.not-confirmed' });

it.each(['y', 'Yes', ' YES '])('R10: goes on when a person says %j', async (said) => {
  const [from, to] = [terminal(), terminal()];
  const asked = expectYes('--redo all', 'again?', { from, to });
  from.write(`${said}\n`);

  await expect(asked).resolves.toBeUndefined();
  expect(String(to.read())).toBe('again? [y/N] ');
});

it.each(['', 'n', 'yesterday'])('R10: does not go on when a person says %j', async (said) => {
  const from = terminal();
  const asked = expectYes('--redo all', 'again?', { from, to: terminal() });
  from.write(`${said}\n`);

  await expect(asked).rejects.toEqual(refusal);
});

it('R10: does not go on when the terminal is closed', async () => {
  const from = terminal();
  const asked = expectYes('--redo all', 'again?', { from, to: terminal() });
  from.end();

  await expect(asked).rejects.toEqual(refusal);
});

it('R10: asks nobody where no terminal is', async () => {
  const asked = expectYes('--redo all', 'again?', { from: new PassThrough(), to: terminal() });

  await expect(asked).rejects.toThrow('--redo all: found no --yes, and nobody to ask; nothing was begun');
});
