import { describe, expect, it } from '@jest/globals';
import { limitedModelIn } from './limited-model-in.js';

describe('the model of a full queue', () => {
  it.each([
    [
      'Enqueued token limit reached for gpt-4.1 in organization org-1. Limit: 900,000 enqueued tokens. Please try again once some in_progress batches have been completed.',
      'gpt-4.1',
    ],
    [
      "The number of enqueued tokens has surpassed the configured limit of 30K for the deployment 'gpt-4o'. Please either increase the limit or try again once the current jobs have finished.",
      'gpt-4o',
    ],
    ['The queue is full.', null],
  ])('M5: is read from the message %p: %p', (message, model) => {
    expect(limitedModelIn(message)).toBe(model);
  });
});
