import { expect, it } from '@jest/globals';
import { notAcceptedText } from './not-accepted-text.js';

it('N1: a channel that accepts no notifications is named with what it answered, and the commands that go on', () => {
  const error = 'the webhook answered 500';

  expect(notAcceptedText([{ channel: 'webhook', notifications: 2, error }])).toBe(
    'webhook   2 notifications were not accepted: the webhook answered 500\n' +
      '          to send again what is not given up: batchmill serve notifier\n' +
      '          to see what each channel answers: batchmill notify test\n',
  );
  expect(notAcceptedText([])).toBe('');
});
