import { describe, expect, it } from '@jest/globals';
import { program } from '../program.js';
import { candidatesFor } from './candidates.js';

const values: Readonly<Record<string, readonly string[]>> = {
  pipeline: ['letters', 'notes'],
  stages: ['notifier', 'status-poller'],
  '--endpoint': ['embeddings', 'inference'],
};
const complete = async (line: string): Promise<string[]> => {
  const words = line.split(' ');
  const found = await candidatesFor(await program(words), words, (name) => Promise.resolve(values[name] ?? []));
  return found.map(({ value }) => value);
};

describe('what can stand at the cursor', () => {
  it.each([
    ['ru', ['run', 'runs']],
    ['runs pa', ['pause']],
    ['runs list --l', ['--limit']],
    ['run ', ['letters', 'notes']],
    ['run no', ['notes']],
    ['run --limit 5 ', ['letters', 'notes']],
    ['run --json ', ['letters', 'notes']],
    ['run --endpoint ', ['embeddings', 'inference']],
    ['run letters --endpoint inf', ['inference']],
    ['run letters ', []],
    ['serve notifier ', ['notifier', 'status-poller']],
    ['load ', []],
    ['run --documents-file ', []],
    ['no-such-command ', []],
  ])('"%s"', async (line, expected) => {
    expect(await complete(line)).toEqual(expected);
  });

  it('every command is found, with what it does', async () => {
    const found = await candidatesFor(await program([]), [''], () => Promise.resolve([]));

    expect(found).toContainEqual({ value: 'run', description: 'run a pipeline' });
    expect(found.map(({ value }) => value)).not.toContain('complete');
  });
});
