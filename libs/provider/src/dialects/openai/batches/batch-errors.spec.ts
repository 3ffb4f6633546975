import { expect, it } from '@jest/globals';
import { enqueuedTokenLimit } from './batch-errors.js';

it('M5: the limit is read from the provider’s message', () => {
  const message =
    'Enqueued token limit reached for gpt-4.1 in organization org-1234. Limit: 900,000 enqueued tokens. ' +
    'Please try again once some in_progress batches have been completed.';

  expect(enqueuedTokenLimit(message)).toBe(900_000);
  expect(enqueuedTokenLimit('limit: 3000000 enqueued tokens')).toBe(3_000_000);
});

it('the limit is unknown when the message does not contain it', () => {
  expect(enqueuedTokenLimit('Enqueued token limit reached')).toBeNull();
  expect(enqueuedTokenLimit('Limit: none enqueued tokens')).toBeNull();
  expect(enqueuedTokenLimit('')).toBeNull();
});
