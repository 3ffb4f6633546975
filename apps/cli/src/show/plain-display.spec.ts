import { beforeEach, describe, expect, it } from '@jest/globals';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { PlainDisplay } from './plain-display.js';

describe('the progress in a file or a pipe', () => {
  let ms: number;
  let lines: string[];
  let display: PlainDisplay;
  beforeEach(() => {
    ms = 0;
    lines = [];
    display = new PlainDisplay({ write: (text: string) => lines.push(text) }, () => momentOfRun(ms));
  });

  const at = (when: number, answered: number, submitted = 0): void => {
    ms = when;
    display.show(runReport({}, { answered, submitted }));
  };

  it('something new is said at once, numbers that change every five seconds', () => {
    at(0, 0);
    at(250, 0, 10);
    at(500, 1, 9);
    at(750, 2, 8);
    at(5_300, 3, 7);

    expect(lines).toEqual([
      'running: 0 claimed · 0 answered · $0.00 · 0s\n',
      'running: 0 claimed · 10 at the provider · 0 answered · $0.00 · 0s\n',
      'running: 0 claimed · 7 at the provider · 3 answered · $0.00 · 5s\n',
    ]);
  });

  it('while nothing changes it says so once a minute', () => {
    for (let second = 0; second <= 130; second += 1) at(second * 1000, 0, 10);

    expect(lines.map((line) => line.split(' · ').at(-1))).toEqual(['0s\n', '1m 0s\n', '2m 0s\n']);
  });

  it('the last numbers are not lost', () => {
    at(0, 0, 10);
    at(1_000, 5, 10);
    at(2_000, 10, 10);
    display.end();
    display.end();

    expect(lines.at(-1)).toContain('10 answered');
    expect(lines).toHaveLength(2);
  });
});
