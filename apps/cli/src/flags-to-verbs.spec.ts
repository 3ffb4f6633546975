import { expect, it } from '@jest/globals';
import { translateFlags } from './flags-to-verbs.js';

const translated = (text: string): string => translateFlags(text.split(' ')).args.join(' ');

it.each([
  ['--batch --pipeline notes', 'run notes'],
  ['--batch --pipeline=notes --wait --limit=5', 'run notes --wait --limit 5'],
  ['--limit 5 --wait --batch --pipeline notes', 'run notes --limit 5 --wait'],
  ['--batch --pipeline notes --progress --endpoint embeddings', 'run notes --endpoint embeddings'],
  ['--batch-status one.c1.b1', 'batch status one.c1.b1'],
  ['--batch-status=one.c1.b1 --json', 'batch status one.c1.b1 --json'],
  ['--batch-process one.c1.b1', 'batch process one.c1.b1'],
  ['--batch-list --limit 3', 'batch list --limit 3'],
  ['--batch-cancel one.c1.b1', 'batch cancel one.c1.b1'],
  ['--progress', 'progress'],
  ['--progress one', 'progress one'],
  ['run notes --wait', 'run notes --wait'],
  ['--version', '--version'],
  ['--help', '--help'],
])('R2: %s is translated to %s', (typed, verbs) => {
  expect(translated(typed)).toBe(verbs);
});

it('R2: --batch without --pipeline is recognised', () => {
  expect(translateFlags(['--batch', '--wait'])).toEqual({ args: ['run', '--wait'], lacksPipeline: true });
  expect(translateFlags(['--batch', '--pipeline', 'notes']).lacksPipeline).toBe(false);
});

it('R2: two commands at once are refused', () => {
  expect(() => translated('--batch-list --batch-cancel one')).toThrow(
    expect.objectContaining({ code: 'command.choice', message: expect.stringContaining('expected one of them') }),
  );
});
