import { describe, expect, it } from '@jest/globals';
import { completionWindowMs, isCompletionWindow } from './completion-window.js';

describe('a completion window', () => {
  it.each([
    ['24h', 24],
    ['48h', 48],
    ['7d', 168],
    ['1h', 1],
    ['720h', 720],
    ['30d', 720],
  ])('%s is %d hours', (text, hours) => {
    expect(isCompletionWindow(text) && completionWindowMs(text)).toBe(hours * 3_600_000);
  });

  it.each(['', '24', 'h', '0h', '-1h', '1.5d', '24H', ' 24h', '90m', '31d', '721h', 'soon', 24, null])(
    '%j is none',
    (value) => {
      expect(isCompletionWindow(value)).toBe(false);
    },
  );
});
