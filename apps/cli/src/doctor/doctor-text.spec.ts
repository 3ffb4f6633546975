import { describe, expect, it } from '@jest/globals';
import { findingText } from './doctor-text.js';
import { failed, ok } from './finding.js';

describe('the text of a finding', () => {
  const trouble = failed('bus', { reason: `it does not answer: ${'word '.repeat(30)}`, remedy: 'start it\u001b[2J' });

  it('fits the terminal, and 80 columns on a wider one', () => {
    for (const columns of [40, 80, 200]) {
      const lines = findingText(trouble, { columns, isColoured: false }).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.min(columns, 80));
    }
  });

  it('is coloured on a terminal only, and passes on no control characters', () => {
    expect(findingText(ok('bus'), { columns: 80, isColoured: true })).toContain('\u001b[32mok');
    expect(findingText(trouble, { columns: 80, isColoured: false })).not.toContain('\u001b');
  });
});
