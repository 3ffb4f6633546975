import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { deadLetterOf, type IncomingMessage } from '@batchmill/bus';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askBatchmill, type Asked } from '../testing/ask-batchmill.js';

const topic = 'batchmill.run.requested';
const body = '{"pipeline": "no-such-pipe\n';

describe('batchmill dlt', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-dlt-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const dlt = (args: string): Promise<Asked> => askBatchmill(home, ['dlt', ...args.split(' ')]);

  async function onBus<T>(work: (bus: EmbeddedBus) => Promise<T>): Promise<T> {
    const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock(), partitions: 1 });
    return work(bus).finally(() => bus.close());
  }

  async function putAside(key: string | null, cause = 'expected JSON'): Promise<void> {
    await onBus((bus) => {
      const message: IncomingMessage = {
        topic,
        partition: 0,
        offset: '7',
        key,
        value: Buffer.from(body),
        headers: { ce_id: 'event-1', traceparent: '00-ab-cd-01' },
        recordedAt: new Date(0),
      };
      const why = { group: 'batchmill.chunk-scanner', code: 'message.not-json', message: cause } as const;
      return bus.publish([deadLetterOf(message, why)]);
    });
  }

  const published = (): Promise<IncomingMessage[]> => onBus((bus) => Array.fromAsync(bus.read(topic)));

  it('lists code, cause, when, topic and key, never what a message holds', async () => {
    await putAside('run-1');

    const list = await dlt('list');
    const json = await dlt('list run.requested --json');

    expect(list.out).toMatch(/^LETTER +CODE +AT +KEY +REDRIVEN +CAUSE\n/);
    expect(list.out).toContain('run.requested/0/0  message.not-json');
    expect(list.out).not.toContain('no-such-pipe');
    expect(JSON.parse(json.out)).toEqual([
      {
        id: 'run.requested/0/0',
        topic,
        key: 'run-1',
        code: 'message.not-json',
        cause: 'expected JSON',
        group: 'batchmill.chunk-scanner',
        at: expect.any(String),
        bytes: Buffer.byteLength(body),
        redrivenAt: null,
      },
    ]);
  });

  it('a letter is shown with its headers; what it holds only when that is asked for', async () => {
    await putAside(null);

    const shown = await dlt('show run.requested/0/0');
    const opened = await dlt('show run.requested/0/0 --payload');
    const json = await dlt('show run.requested/0/0 --payload --json');

    expect(shown.out).toMatch(/^ {2}traceparent +00-ab-cd-01$/m);
    expect(shown.out).not.toContain('no-such-pipe');
    expect(opened.out.endsWith(`\n\n${body}\n`)).toBe(true);
    expect(JSON.parse(json.out)).toMatchObject({ payload: body, headers: { dlt_offset: '7' } });
  });

  it('a redriven message is what it was, and a second redrive of its letter is refused', async () => {
    await putAside('run-1');

    const first = await dlt('redrive run.requested/0/0');
    const second = await dlt('redrive run.requested/0/0');

    const messages = await published();
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('run.requested/0/0 is published again') });
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('was redriven already, at ') });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      topic,
      key: 'run-1',
      value: Buffer.from(body),
      headers: { ce_id: 'event-1', traceparent: '00-ab-cd-01' },
    });
    expect((await dlt('list')).out).toMatch(/run-1 +yes/);
  });

  it('all that were not redriven yet go at once', async () => {
    for (const key of ['a', 'b', 'c']) await putAside(key);
    await dlt('redrive run.requested/0/1');

    const all = await dlt('redrive --all --json');
    const again = await dlt('redrive --all');

    expect(JSON.parse(all.out)).toEqual({ redriven: ['run.requested/0/0', 'run.requested/0/2'] });
    expect(again.out).toBe('nothing to redrive\n');
    expect((await published()).map(({ key }) => key)).toEqual(['b', 'a', 'c']);
  });

  it('a cause from outside cannot break the table or command the terminal', async () => {
    await putAside('run-1', 'two\nlines and \u001b[2J');

    const { out } = await dlt('list');

    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out).not.toContain('\u001b');
  });

  it('only the newest are listed, and how many more there are is said', async () => {
    for (const key of ['a', 'b', 'c']) await putAside(key);

    const { out } = await dlt('list --limit 1');

    expect(out).toContain('run.requested/0/2');
    expect(out).toContain('and 2 older; --limit shows more');
  });

  it.each([
    ['show run.requested/0/9', 'there is no dead letter run.requested/0/9; batchmill dlt list'],
    ['show nothing', 'there is no dead letter nothing'],
    ['list run.asked', 'run.asked: there is no such topic; wanted one of run.requested'],
    ['redrive', 'wanted the id of a letter'],
    ['redrive run.requested/0/0 --all', 'found run.requested/0/0 and --all'],
    ['redrive run.requested/0/0 --topic run.requested', '--topic: found run.requested beside the letter'],
  ])('dlt %s did not do anything: it says why and ends with 1', async (args, why) => {
    const { code, err } = await dlt(args);

    expect(code).toBe(1);
    expect(err).toContain(why);
  });

  it('without letters it says so', async () => {
    expect((await dlt('list')).out).toBe('no dead letters\n');
  });
});
