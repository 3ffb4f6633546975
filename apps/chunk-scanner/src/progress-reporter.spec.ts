import { expect, it } from '@jest/globals';
import { isNew } from './progress-reporter.js';

const now = new Date('2026-11-29T12:00:00Z');
const ago = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

it('R3: a run says what it waits for when that changes, and every quarter of an hour', () => {
  expect(isNew(null, 'provider', now)).toBe(true);
  expect(isNew({ at: ago(2), waitsFor: 'provider' }, 'provider', now)).toBe(false);
  expect(isNew({ at: ago(2), waitsFor: 'provider' }, 'queue', now)).toBe(true);
  expect(isNew({ at: ago(2), waitsFor: 'queue' }, null, now)).toBe(true);
  expect(isNew({ at: ago(15), waitsFor: 'provider' }, 'provider', now)).toBe(true);
});
