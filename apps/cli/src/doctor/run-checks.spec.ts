import { describe, expect, it } from '@jest/globals';
import { trySettings } from '@batchmill/service';
import type { Check, CheckContext } from './check.js';
import { ok } from './finding.js';
import { runChecks } from './run-checks.js';

const never = new Promise<never>(() => undefined);

describe('running checks', () => {
  it('Y5: one that hangs and one that throws are reported, and stop none but those that need them', async () => {
    const results = await resultsOf([
      check('hangs', () => never),
      check('after', async () => [ok('after')], { after: () => ['hangs'] }),
      check('throws', () => {
        throw new Error('out of order');
      }),
      check('works', async () => [ok('works')]),
    ]);

    expect(results).toEqual([
      ['failed', 'hangs', 'it did not come to an end within 0.05 s'],
      ['skipped', 'after: not tried, because of the hangs above', null],
      ['failed', 'throws', 'out of order'],
      ['ok', 'works', null],
    ]);
  });

  it('Y5: they run at the same time, and their results come in the order of the list', async () => {
    const second = Promise.withResolvers<undefined>();

    const results = await resultsOf(
      [
        check('first', async () => {
          await second.promise;
          return [ok('first')];
        }),
        check('second', async () => {
          second.resolve(undefined);
          return [ok('second')];
        }),
      ],
      60_000,
    );

    expect(results.map(([, text]) => text)).toEqual(['first', 'second']);
  });

  it('a check that is over aborts what it left', async () => {
    const left = Promise.withResolvers<AbortSignal>();

    await resultsOf([
      check('hangs', (_context, signal) => {
        left.resolve(signal);
        return never;
      }),
    ]);

    expect((await left.promise).aborted).toBe(true);
  });
});

function check(name: string, run: Check['run'], more: Partial<Check> = {}): Check {
  const always = { group: 'Bus', title: () => name, setting: 'NAME', settingGroups: [], after: () => [] } as const;
  return { ...always, name, run, ...more };
}

async function resultsOf(checks: readonly Check[], limitMs = 50): Promise<[string, string, string | null][]> {
  const { settings, problems, doubts } = trySettings({ env: {}, cwd: import.meta.dirname });
  const context = { settings, problems, doubts } as unknown as CheckContext; // these checks use nothing else
  const results = await Array.fromAsync(runChecks(checks, context, { limitMs }));
  return results
    .flatMap(({ findings }) => findings.map(({ level, text, reason }) => [level, text, reason] as const))
    .map(([level, text, reason]) => [level, text, reason]);
}
