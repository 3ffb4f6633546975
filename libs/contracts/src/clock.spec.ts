import { expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { SystemClock } from './clock.js';

const clock = new SystemClock();

it('a sleep ends after its time, and leaves nothing at its signal', async () => {
  const { signal } = new AbortController();

  await clock.sleep(1, signal);

  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('a sleep ends when its signal is aborted, whatever the reason', async () => {
  const waiting = new AbortController();
  const sleeping = clock.sleep(3_600_000, waiting.signal);
  waiting.abort(null);
  await sleeping;

  await clock.sleep(3_600_000, AbortSignal.abort());
});
