import { describe, expect, it } from '@jest/globals';
import { readTime } from './read-time.js';

const moment = new Date('2026-11-28T20:15:30Z');
const seconds = moment.getTime() / 1000;

describe('a time in a response', () => {
  it.each<[string, unknown]>([
    ['seconds', seconds],
    ['milliseconds', seconds * 1000],
    ['seconds as text', String(seconds)],
    ['milliseconds as text', String(seconds * 1000)],
    ['ISO 8601', '2026-11-28T20:15:30Z'],
    ['ISO 8601 with microseconds', '2026-11-28T20:15:30.000000Z'],
    ['ISO 8601 with a zone', '2026-11-28T22:15:30+02:00'],
    ['ISO 8601 with a zone without a colon', '2026-11-28T12:15:30.000-0800'],
    ['a text with its zone', '2026-11-28 20:15:30 UTC'],
  ])('is read as %s', (_, value) => {
    expect(readTime(value)).toEqual(moment);
  });

  it('is read as seconds with a fraction', () => {
    expect(readTime(seconds + 0.25)).toEqual(new Date(moment.getTime() + 250));
  });

  it.each([
    null,
    undefined,
    0,
    -62_135_596_800,
    '',
    ' ',
    '0',
    '0001-01-01T00:00:00Z',
    'soon',
    {},
    [],
    true,
    Number.NaN,
  ])('%p is none', (value) => {
    expect(readTime(value)).toBeNull();
  });

  it('is unknown without a time zone: a wrong moment would hide a batch that was paid for', () => {
    expect(readTime('2026-11-28T20:15:30')).toBeNull();
    expect(readTime('2026-11-28 20:15:30')).toBeNull();
    expect(readTime('2026-11-28')).toBeNull();
  });
});
