import { describe, expect, it } from '@jest/globals';
import { shownRates } from './shown-rates.js';

const now = new Date('2026-01-01T00:00:00Z');
const none = { limit: null, remaining: null, resetMs: null };

function shown(status: number, headers: Readonly<Record<string, string>>) {
  return shownRates(status, new Headers(headers), now);
}

describe('the rate limits in the headers of a response', () => {
  it('X4: are read as OpenAI’s guide has them', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-requests': '59',
      'x-ratelimit-remaining-tokens': '149984',
      'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-reset-tokens': '6m0s',
    };

    expect(shown(200, headers)).toEqual({
      requests: { limit: 60, remaining: 59, resetMs: 1_000 },
      tokens: { limit: 150_000, remaining: 149_984, resetMs: 360_000 },
      stopMs: 0,
    });
  });

  it.each([
    ['17ms', 17],
    ['1h2m3.5s', 3_723_500],
    ['2m59.56s', 179_560],
    ['soon', null],
    ['12', null],
  ])('X4: a reset is a duration: %s', (text, resetMs) => {
    expect(shown(200, { 'x-ratelimit-reset-tokens': text }).tokens.resetMs).toBe(resetMs);
  });

  it('X4: headers that are missing or are no numbers say nothing', () => {
    const headers = { 'x-ratelimit-limit-requests': 'many', 'x-ratelimit-remaining-requests': '-1' };

    expect(shown(200, headers)).toEqual({ requests: none, tokens: none, stopMs: 0 });
  });

  it.each([
    [429, { 'retry-after': '20' }, 20_000],
    [429, { 'retry-after': '1', 'retry-after-ms': '350' }, 350],
    [429, { 'retry-after': 'Thu, 01 Jan 2026 00:01:00 GMT' }, 60_000],
    [429, {}, 1_000],
    [503, { 'retry-after': '5' }, 5_000],
    [503, {}, 0],
    [200, { 'retry-after': '5' }, 0],
    [400, { 'retry-after': '5' }, 0],
  ])('X4: calls are stopped for the time that a refusal asks for: %d %j', (status, headers, stopMs) => {
    expect(shown(status, headers).stopMs).toBe(stopMs);
  });
});
