import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { stages } from '@batchmill/all-in-one';
import { chat, definePipeline, planRun } from '@batchmill/pipeline';
import { scanIndexes } from '@batchmill/records';
import { TestEngine } from '@batchmill/testing';
import { outcomesOf } from './documents.js';
import { manyNotes, notes } from './notes-pipeline.js';
import { runToTheEnd } from './runs.js';
import { ledgerOf, nothingTwiceNothingLeft } from './simulated-provider.js';

/** The same pipeline after a function was added. */
const extended = definePipeline({
  ...notes,
  name: 'extended',
  inference: {
    ...notes.inference!,
    functions: [
      ...notes.inference!.functions,
      chat({
        name: 'title',
        model: 'gpt-4o-mini',
        user: 'A title for: {{ text }}',
        responseTemplate: { $set: { title: '{{ response_content }}' } },
      }),
    ],
  },
});

const ask = { pipeline: 'notes', endpoint: 'inference' } as const;

describe('runs over a collection with the indexes that scans want', () => {
  let bundle: TestEngine;
  beforeEach(async () => {
    bundle = await TestEngine.open({ pipelines: [notes, extended] });
    await documents().insertMany(manyNotes(40));
    for (const name of ['notes', 'extended']) {
      const plan = planRun(bundle.engine.pipelines.get(name), { endpoint: 'inference' });
      for (const { keys, where } of scanIndexes(plan)) {
        await documents().ensureIndex({ keys, ...(where !== undefined && { where }) });
      }
    }
    await bundle.start(stages);
  });
  afterEach(() => bundle.close());

  const documents = () => bundle.engine.documentStore.collection('notes');

  it('R7: each document is asked once, by one run or by two at the same time, and the next run finds nothing', async () => {
    const runs = await Promise.all([
      runToTheEnd(bundle, { runId: 'first', ...ask }),
      runToTheEnd(bundle, { runId: 'second', ...ask }),
    ]);
    const third = await runToTheEnd(bundle, { runId: 'third', ...ask });

    const succeeded = runs.map(({ totals }) => totals?.documents.succeeded ?? 0);
    expect(succeeded.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(third).toMatchObject({ state: 'finished', totals: { documents: { succeeded: 0 }, requests: 0 } });
    expect(await outcomesOf(bundle, 'inference')).toHaveLength(40);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 120, ...nothingTwiceNothingLeft });
  });

  it('R10: what an earlier run left out, and a function that was added, are asked of ended documents, beside new ones', async () => {
    await runToTheEnd(bundle, { runId: 'first', ...ask, functions: ['qa_0'], documents: ['n00000', 'n00031'] });
    await runToTheEnd(bundle, { runId: 'second', ...ask });
    await documents().insertMany([{ ...manyNotes(41)[40]!, _id: 'a new one' }]);

    const run = await runToTheEnd(bundle, { runId: 'third', ...ask, pipeline: 'extended' });

    expect(run.totals).toMatchObject({ documents: { succeeded: 41 }, requests: 44 });
    expect(await documents().count({ title: { $type: 'string' }, ai_status: 'completed' })).toBe(41);
    expect(await ledgerOf(bundle)).toMatchObject({ requests: 164, ...nothingTwiceNothingLeft });
  });
});
