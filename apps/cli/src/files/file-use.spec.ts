import type { Batch } from '@batchmill/records';
import { describe, expect, it } from '@jest/globals';
import { useOfInputFile, useOfResultFile } from './file-use.js';

const submission = {
  attempt: 1,
  fileId: 'file-1',
  fileCreatedAt: null,
  uploadKey: null,
  armed: null,
  fileDeletedAt: null,
};
const batch = (changes: Partial<Batch>): Batch =>
  ({
    state: 'submitted',
    submission,
    uploads: [{ key: 'up', fileId: 'file-1' }],
    previousAttempts: [],
    provider: { providerBatchId: 'batch_1', inputFileId: 'file-1' },
    reason: null,
    failure: null,
    ...changes,
  }) as Partial<Batch> as Batch; // what the rules read

describe('whether an input file is needed', () => {
  const of = (record: Batch | null, id = 'file-1', isRead = false) => useOfInputFile(record, { id, key: 'up' }, isRead);

  it('Y4: yes, while its batch is not ingested', () => {
    expect(of(batch({}))).toEqual({ use: 'needed', why: 'of-batch' });
    expect(of(batch({ state: 'settled' }))).toMatchObject({ use: 'needed' });
  });

  it('Y4: no, once its batch is ingested, or has another file; yes again while a provider batch reads it', () => {
    const given = { use: 'not-needed', why: 'given-up' };

    expect(of(batch({ state: 'ingested' }))).toEqual(given);
    expect(of(batch({}), 'file-0')).toEqual(given);
    expect(of(batch({}), 'file-0', true)).toEqual({ use: 'needed', why: 'being-read' });
  });

  it('Y4: nobody can tell without a record that knows it', () => {
    expect(of(null)).toEqual({ use: 'unknown', why: 'no-record' });
    expect(of(batch({ uploads: [] }), 'file-0')).toEqual({ use: 'unknown', why: 'no-record' });
  });
});

describe('whether a result file is needed', () => {
  const of = (record: Batch | null, id = 'batch_1', key = 'key') => useOfResultFile(record, { id, key });

  it('Y4: yes, until its batch is ingested', () => {
    expect(of(batch({ state: 'settled' }))).toEqual({ use: 'needed', why: 'of-batch' });
    expect(of(batch({ state: 'reprocessing' }))).toMatchObject({ use: 'needed' });
  });

  it('Y4: no, once its results are stored', () => {
    expect(of(batch({ state: 'ingested' }))).toEqual({ use: 'not-needed', why: 'ingested' });
  });

  it.each<[string, Partial<Batch>]>([
    ['could not be ingested', { failure: { code: 'batch.not-ingested', message: '', line: null } }],
    ['were of an earlier attempt', { provider: null, previousAttempts: [{ key: 'key', providerBatchId: 'batch_1' }] }],
  ])('Y4: nobody can tell when its answers %s', (_, changes) => {
    expect(of(batch({ state: 'ingested', ...changes }))).toEqual({ use: 'unknown', why: 'unused-answers' });
  });

  it('Y4: nobody can tell of an orphan, whose costs a sweep records first, and without a record', () => {
    const previousAttempts = [{ key: 'lost', providerBatchId: null }];

    expect(of(batch({ previousAttempts }), 'batch_2', 'lost')).toEqual({ use: 'unknown', why: 'orphan' });
    expect(of(batch({ reason: 'lost' }))).toEqual({ use: 'unknown', why: 'orphan' });
    expect(of(null)).toEqual({ use: 'unknown', why: 'no-record' });
  });
});
