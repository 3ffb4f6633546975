import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SystemClock } from '@batchmill/contracts';
import { deadLetterOf, type IncomingMessage } from '@batchmill/bus';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

const topic = 'batchmill.run.requested';
const body = '{"pipeline": "no-such-pipe\n';

describe('batchmill dlt', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-dlt-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const dlt = (args: string): Promise<CommandResult> => runBatchmill(home, ['dlt', ...args.split(' ')]);

  async function onBus<T>(work: (bus: EmbeddedBus) => Promise<T>): Promise<T> {
    const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock(), partitions: 1 });
    return work(bus).finally(() => bus.close());
  }

  async function addLetter(key: string | null, cause = 'expected JSON', from = topic): Promise<void> {
    await onBus((bus) => {
      const message: IncomingMessage = {
        topic: from,
        partition: 0,
        offset: '7',
        key,
        value: Buffer.from(body),
        headers: { ce_id: 'event-1', traceparent: '00-ab-cd-01' },
        recordedAt: new Date(0),
      };
      const failure = { group: 'batchmill.chunk-scanner', code: 'message.not-json', message: cause } as const;
      return bus.publish([deadLetterOf(message, failure)]);
    });
  }

  const published = (): Promise<IncomingMessage[]> => onBus((bus) => Array.fromAsync(bus.read(topic)));

  it('lists the code, cause, time, topic and key of a letter, never its payload', async () => {
    await addLetter('run-1');

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

  it('S7: the letters of an event of one’s own are listed, and redriven to its topic', async () => {
    const folder = join(home, 'consumers');
    await mkdir(join(folder, 'reader'), { recursive: true });
    await writeFile(
      join(folder, 'reader/reader.consumer.ts'),
      `import { defineConsumer, defineEvent } from '@batchmill/consumer';
       const Read = defineEvent({ name: 'note.read', description: 'Read.', fields: { noteId: 'string' } });
       export default defineConsumer({ name: 'reader', consumes: [Read], async handle() {} });`,
    );
    const own = 'batchmill.note.read';
    await addLetter('n-1', 'noteId must be a string', own);
    const withConsumer = (...args: string[]): Promise<CommandResult> =>
      runBatchmill(home, ['dlt', ...args], { BATCHMILL_CONSUMERS_FOLDER: folder });

    const list = await withConsumer('list');
    const redriven = await withConsumer('redrive', 'note.read/0/0');

    expect(list.out).toContain('note.read/0/0');
    expect(redriven).toMatchObject({ code: 0 });
    expect(await onBus((bus) => Array.fromAsync(bus.read(own)))).toMatchObject([{ key: 'n-1' }]);
  });

  it('a letter is shown with its headers, and with its payload only on request', async () => {
    await addLetter(null);

    const shown = await dlt('show run.requested/0/0');
    const opened = await dlt('show run.requested/0/0 --payload');
    const json = await dlt('show run.requested/0/0 --payload --json');

    expect(shown.out).toMatch(/^ {2}traceparent +00-ab-cd-01$/m);
    expect(shown.out).not.toContain('no-such-pipe');
    expect(opened.out.endsWith(`\n\n${body}\n`)).toBe(true);
    expect(JSON.parse(json.out)).toMatchObject({ payload: body, headers: { dlt_offset: '7' } });
  });

  it('redrive publishes the message as it was, and refuses a second redrive of the same letter', async () => {
    await addLetter('run-1');

    const first = await dlt('redrive run.requested/0/0');
    const second = await dlt('redrive run.requested/0/0');

    const messages = await published();
    expect(first).toMatchObject({ code: 0, out: expect.stringContaining('run.requested/0/0 was redriven') });
    expect(second).toMatchObject({ code: 1, err: expect.stringContaining('was already redriven, at ') });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      topic,
      key: 'run-1',
      value: Buffer.from(body),
      headers: { ce_id: 'event-1', traceparent: '00-ab-cd-01' },
    });
    expect((await dlt('list')).out).toMatch(/run-1 +yes/);
  });

  it('--all redrives every letter that was not redriven yet', async () => {
    for (const key of ['a', 'b', 'c']) await addLetter(key);
    await dlt('redrive run.requested/0/1');

    const all = await dlt('redrive --all --json');
    const again = await dlt('redrive --all');

    expect(JSON.parse(all.out)).toEqual({ redriven: ['run.requested/0/0', 'run.requested/0/2'] });
    expect(again.out).toBe('nothing to redrive\n');
    expect((await published()).map(({ key }) => key)).toEqual(['b', 'a', 'c']);
  });

  it('Y4: on a copied state redrive publishes nothing, and says what to type', async () => {
    await addLetter('run-1');
    await runBatchmill(home, ['installation', 'take-over']);
    const original = home;
    home = `${original}-copy`;
    await cp(original, home, { recursive: true });
    try {
      const one = await dlt('redrive run.requested/0/0');
      const all = await dlt('redrive --all');

      for (const { code, err } of [one, all]) {
        expect(code).toBe(1);
        expect(err).toContain('batchmill installation renew');
      }
      expect(await published()).toEqual([]);
    } finally {
      await rm(original, { recursive: true });
    }
  });

  it('control characters in a cause break neither the table nor the terminal', async () => {
    await addLetter('run-1', 'two\nlines and \u001b[2J');

    const { out } = await dlt('list');

    expect(out.trimEnd().split('\n')).toHaveLength(2);
    expect(out).not.toContain('\u001b');
  });

  it('only the newest are listed, with the number of older ones', async () => {
    for (const key of ['a', 'b', 'c']) await addLetter(key);

    const { out } = await dlt('list --limit 1');

    expect(out).toContain('run.requested/0/2');
    expect(out).toContain('and 2 older; --limit shows more');
  });

  it.each([
    ['show run.requested/0/9', 'there is no dead letter run.requested/0/9; batchmill dlt list shows all'],
    ['show unknown', 'there is no dead letter unknown'],
    ['list run.unknown', 'run.unknown: there is no such topic, expected one of run.requested'],
    ['redrive', 'expected the id of a letter'],
    ['redrive run.requested/0/0 --all', 'found run.requested/0/0 and --all'],
    ['redrive run.requested/0/0 --topic run.requested', '--topic: found run.requested together with the letter'],
  ])('dlt %s changes nothing: it prints the reason and exits with 1', async (args, reason) => {
    const { code, err } = await dlt(args);

    expect(code).toBe(1);
    expect(err).toContain(reason);
  });

  it('without letters it prints that there are none', async () => {
    expect((await dlt('list')).out).toBe('no dead letters\n');
  });
});
