import { describe, expect, it } from '@jest/globals';
import { trySettings } from '@batchmill/service';
import type { CheckContext } from '../check.js';
import { diskCheck } from './disk.js';
import { nodeCheck } from './node.js';

describe('the machine', () => {
  const context = (changes: Partial<CheckContext>): CheckContext => {
    const { settings } = trySettings({ env: {}, cwd: import.meta.dirname });
    return { settings, ...changes } as CheckContext; // these checks use nothing else
  };
  const signal = new AbortController().signal;

  it.each([
    [10_000, 'failed'],
    [1_000_000_000, 'warning'],
    [100_000_000_000, 'ok'],
  ])('Y5: a disk with %d free bytes is judged by the size of batch files: %s', async (free, level) => {
    const [finding] = await diskCheck.run(context({ freeBytes: () => free }), signal);

    expect(finding).toMatchObject({
      level,
      remedy: level === 'ok' ? null : 'free some space, or set BATCHMILL_HOME to a folder on another disk',
    });
  });

  it.each([
    ['20.19.0', 'failed'],
    ['22.21.9', 'failed'],
    ['22.22.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('Y5: Node %s: %s', async (nodeVersion, level) => {
    expect(await nodeCheck.run(context({ nodeVersion }), signal)).toMatchObject([{ level }]);
  });
});
