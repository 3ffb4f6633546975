import { expect, it } from '@jest/globals';
import { verbsOfFlags } from './verbs-of-flags.js';

const said = (text: string): string => verbsOfFlags(text.split(' ')).args.join(' ');

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
])('R2: %s is carried out as %s', (typed, verbs) => {
  expect(said(typed)).toBe(verbs);
});

it('R2: a run whose pipeline is not said is told from one whose is', () => {
  expect(verbsOfFlags(['--batch', '--wait'])).toEqual({ args: ['run', '--wait'], lacksPipeline: true });
  expect(verbsOfFlags(['--batch', '--pipeline', 'notes']).lacksPipeline).toBe(false);
});

it('R2: two things at once are refused', () => {
  expect(() => said('--batch-list --batch-cancel one')).toThrow(
    expect.objectContaining({ code: 'command.choice', message: expect.stringContaining('wanted one of them') }),
  );
});
