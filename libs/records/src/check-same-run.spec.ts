import { beforeEach, describe, expect, it } from '@jest/globals';
import { type FieldsOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { EmbeddedStore } from '@batchmill/store/embedded';
import { ManualClock } from '@batchmill/testing';
import { checkSameRun } from './check-same-run.js';
import { Runs, type Run } from './runs.js';

describe('checkSameRun', () => {
  let run: Run;
  beforeEach(() => {
    const request = { pipeline: 'reports', parameters: { companies: ['JKHY', 'AAPL'], year: '2024' }, limit: 100 };
    const store = EmbeddedStore.open({ file: ':memory:' });
    run = {
      ...new Runs(store, new ManualClock()).new('first', request, null),
      endpoint: 'embeddings',
      functions: ['embeddings'],
      parameters: { ...request.parameters, docType: 'Annual Report' },
    };
  });

  const checking = (fields: Partial<FieldsOf<RunRequested>>) => (): void =>
    checkSameRun(run, new RunRequested({ runId: 'first', pipeline: 'reports', ...fields }));

  it.each<[string, Partial<FieldsOf<RunRequested>>]>([
    ['its pipeline alone', {}],
    ['what was requested first', { endpoint: 'embeddings', limit: 100, parameters: { companies: ['AAPL', 'JKHY'] } }],
    ['a default that the run took', { parameters: { docType: 'Annual Report' } }],
    ['digits for a number', { parameters: { year: 2024 } }],
  ])('R2: a run is continued when its id comes with %s', (_, fields) => {
    expect(checking(fields)).not.toThrow();
  });

  it.each<[Partial<FieldsOf<RunRequested>>, string]>([
    [{ pipeline: 'stories' }, 'pipeline: found stories, expected reports'],
    [{ endpoint: 'inference' }, 'endpoint: found inference, expected embeddings'],
    [{ limit: 10 }, 'limit: found 10, expected 100'],
    [{ parameters: { companies: ['MSFT'] } }, 'parameter companies: found MSFT, expected JKHY, AAPL'],
    [{ parameters: { colour: 'red' } }, 'parameter colour: found red, expected none'],
    [{ redo: 'all' }, 'redo: found all, expected none'],
    [{ documents: ['a'] }, 'documents: found a, expected none'],
    [{ functions: ['summary'] }, 'functions: found summary, expected embeddings'],
  ])('R2: the id of a run with %j is refused with what differs', (fields, difference) => {
    expect(checking(fields)).toThrow(
      expect.objectContaining({ code: 'run.other-request', message: expect.stringContaining(difference) }),
    );
  });
});
