import { describe, expect, it } from '@jest/globals';
import { PinoLog } from './pino-log.js';
import { createLogger } from './create-logger.js';
import { inSpan, startTracing, traceparentOf } from './tracing.js';

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

  it('N3: prompts, answers, vectors and keys are not written, in any field', () => {
    const [line] = logged((log) =>
      log.info('odd', {
        prompt: 'secret words',
        nested: { vector: [1, 2], apiKey: 'sk-secret' },
        answer: 'secret words',
      }),
    );

    expect(JSON.stringify(line)).not.toMatch(/secret|\[1,2\]/);
  });

  it('N3: no secret is written at any depth, nor a key or a password within a text', () => {
    const [line] = logged((log) =>
      log.warn('odd', {
        request: { headers: [{ Authorization: 'Bearer hidden' }], vectors: new Float32Array([7.25]) },
        api_key: 'hidden',
        error: 'refused sk-proj-hidden at mongodb://user:hidden@host/db',
      }),
    );

    expect(JSON.stringify(line)).not.toMatch(/hidden|7\.25/);
    expect(line!['error']).toBe('refused sk-… at mongodb://…@host/db');
  });

  it('N3: a child adds its fields to every line, and a line’s own fields win', () => {
    const lines = logged((log) => {
      const child = log.child({ operation: 'notifier', runId: 'r' }).child({ batchId: 'b' });
      child.info('delivered');
      child.error('not delivered', { runId: 'other' });
      log.info('alone');
    });

    expect(lines[0]).toMatchObject({ operation: 'notifier', runId: 'r', batchId: 'b', message: 'delivered' });
    expect(lines[1]).toMatchObject({ operation: 'notifier', runId: 'other', batchId: 'b', level: 'ERROR' });
    expect(lines[2]).not.toHaveProperty('operation');
  });

  it('N3: a line names the trace in which it was written', async () => {
    const tracing = startTracing();
    let traceparent: string | null = null;
    const lines: Record<string, unknown>[] = [];

    await inSpan('work', { parent: null }, async () => {
      traceparent = traceparentOf();
      lines.push(...logged((log) => log.info('within')));
    });
    lines.push(...logged((log) => log.info('outside')));
    await tracing.stop();

    expect(traceparent).toBe(`00-${String(lines[0]!['trace_id'])}-${String(lines[0]!['span_id'])}-01`);
    expect(lines[1]).not.toHaveProperty('trace_id');
  });

  it('N3: lines below the level are not written', () => {
    expect(logged((log) => log.debug('detail'))).toEqual([]);
  });

  it('a pretty log writes one short line for a person', () => {
    let text = '';
    const log = createLogger({ level: 'info', pretty: true, destination: { write: (line) => (text += line) } });

    log.info('submitted', { operation: 'batch-submitter', batchId: 'b1' });

    expect(text).toMatch(/^\d\d:\d\d:\d\d INFO {2}batch-submitter: submitted batchId=b1\n$/);
  });
});
