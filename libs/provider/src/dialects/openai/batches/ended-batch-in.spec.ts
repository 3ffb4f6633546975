import { describe, expect, it } from '@jest/globals';
import { endedBatchIn } from './ended-batch-in.js';

describe('what a webhook says', () => {
  const event = (type: unknown, data: unknown) => JSON.stringify({ id: 'evt_1', object: 'event', type, data });

  it.each(['batch.completed', 'batch.failed', 'batch.expired', 'batch.cancelled'])('%s names a batch', (type) => {
    expect(endedBatchIn(event(type, { id: 'batch_1' }))).toBe('batch_1');
  });

  it.each([
    event('response.completed', { id: 'resp_1' }),
    event('batch.completed', { id: '' }),
    event('batch.completed', { id: { $ne: null } }),
    event('batch.completed', null),
    event(['batch.completed'], { id: 'batch_1' }),
    'null',
    '{"type":',
    '',
  ])('%s names none', (body) => {
    expect(endedBatchIn(body)).toBeNull();
  });
});
