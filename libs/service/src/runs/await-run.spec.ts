import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidationError } from '@batchmill/contracts';
import { TestEngine } from '@batchmill/testing';
import { awaitRun } from '../index.js';

describe('waiting for a run', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [] });
  });
  afterEach(() => bundle.close());

  it('Y4: ends with the reason when this process cannot go on, as when the state was replaced', async () => {
    const { runs, readiness } = bundle.engine;
    await runs.insert(runs.new('nightly', { pipeline: 'notes' }, null)).apply([]);
    const reason = new ValidationError('installation.elsewhere', 'the state was replaced');

    const waiting = awaitRun(bundle.engine, 'nightly', {
      everyMs: 10,
      onProgress: () => readiness.markFatal('installation', reason),
    });

    await expect(waiting).rejects.toBe(reason);
  });
});
