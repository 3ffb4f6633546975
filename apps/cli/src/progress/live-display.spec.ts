import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@batchmill/testing';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { momentOfRun, runReport } from '../testing/run-report.js';
import { LiveDisplay } from './live-display.js';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

class FakeTerminal extends Writable {
  readonly isTTY = true;
  readonly columns = 60;
  written = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.written += chunk.toString();
    done();
  }
}

describe('the progress on a terminal', () => {
  let terminal: FakeTerminal;
  let display: LiveDisplay;
  beforeEach(() => {
    terminal = new FakeTerminal();
    display = new LiveDisplay(terminal, () => momentOfRun(1_000));
  });
  afterEach(() => display.end());

  it('a report is drawn, and drawn again when it changes', async () => {
    display.show(runReport({}, { claimed: 10 }));
    await eventually('the first drawing', () => terminal.written.includes('0 of 10 processed'));
    display.show(runReport({}, { claimed: 20 }));

    await eventually('the second drawing', () => terminal.written.includes('0 of 20 processed'));
    expect(stripVTControlCharacters(terminal.written)).toContain(
      'running    annual-reports, embeddings · 1s · 10:00:01 UTC',
    );
  });

  it('the cursor is hidden while progress is shown, and shown again when a text is printed or the display ends', () => {
    display.show(runReport());
    expect(terminal.written).toContain(hideCursor);
    display.print('stopping\n');
    expect(terminal.written.endsWith('stopping\n')).toBe(true);
    expect(terminal.written.lastIndexOf(showCursor)).toBeGreaterThan(terminal.written.lastIndexOf(hideCursor));

    display.show(runReport());
    display.end();
    display.end();
    expect(terminal.written.lastIndexOf(showCursor)).toBeGreaterThan(terminal.written.lastIndexOf(hideCursor));
  });

  it('Y5: a wait that lasts is shown among the other lines, also while no further report comes', async () => {
    display.show(runReport({}, { claimed: 10 }));
    display.wait({ since: '2026-01-01T09:59:50.000Z', message: 'listBatches: no answer (ECONNREFUSED)' });

    await eventually('the wait drawn', () => terminal.written.includes('(ECONNREFUSED)'));
    expect(stripVTControlCharacters(terminal.written)).toContain('waiting    since 09:59:50 (11s): listBatches: no');
  });

  it('a display with more or fewer lines leaves no listener behind', () => {
    const before = process.listenerCount('exit');
    for (let count = 0; count < 5; count += 1) {
      for (const parked of [0, 1]) display.show(runReport({}, { claimed: 10, parked }));
    }

    expect(process.listenerCount('exit')).toBe(before + 1);
    display.end();
    expect(process.listenerCount('exit')).toBe(before);
  });

  it('a text is printed unchanged when no progress is shown', () => {
    display.print('run first: working in this process\n');

    expect(terminal.written).toBe('run first: working in this process\n');
  });
});
