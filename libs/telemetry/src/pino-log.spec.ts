import { describe, expect, it } from '@jest/globals';
import { PinoLog } from './pino-log.js';
import { readableLines } from './readable-lines.js';

function logged(write: (log: PinoLog) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  write(new PinoLog({ level: 'info', destination: { write: (line) => void lines.push(line) } }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('log', () => {
  it('N3: a line has time, level, operation, ids, count, status and error', () => {
    const fields = {
      operation: 'status-poller',
      runId: 'r',
      batchId: 'b',
      documents: 3,
      status: 'failed',
      error: 'why',
    };

    const [line] = logged((log) => log.warn('settled', fields));

    expect(line).toMatchObject({ ...fields, level: 'WARN', message: 'settled' });
    expect(Date.parse(String(line!['time']))).not.toBeNaN();
  });

  it('N3: prompts, answers, vectors and keys are not written, wherever they stand', () => {
    const [line] = logged((log) =>
      log.info('odd', {
        prompt: 'secret words',
        nested: { vector: [1, 2], apiKey: 'sk-secret' },
        answer: 'secret words',
      }),
    );

    expect(JSON.stringify(line)).not.toMatch(/secret|\[1,2\]/);
  });

  it('N3: what is below the level is not written', () => {
    expect(logged((log) => log.debug('detail'))).toEqual([]);
  });

  it('a person reads one short line', () => {
    let text = '';
    const log = new PinoLog({ level: 'info', destination: readableLines({ write: (line) => (text += line) }) });

    log.info('submitted', { operation: 'batch-submitter', batchId: 'b1' });

    expect(text).toMatch(/^\d\d:\d\d:\d\d INFO {2}batch-submitter: submitted batchId=b1\n$/);
  });
});
