import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SimulatorProcess } from '@batchmill/testing';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type CommandOptions, type CommandResult } from './command.js';

const timeoutMs = 600_000;

type Line = Readonly<Record<string, unknown>>;

/** The command as a process in a folder without any settings, and a provider that keeps a ledger of what it billed. */
describe('batchmill once', () => {
  let folder: string;
  let provider: SimulatorProcess;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-once-'));
    provider = await SimulatorProcess.start(join(folder, 'provider'), '--speed', '3600', '--turnaround', '1h');
  });
  afterEach(async () => {
    await provider.end();
    await rm(folder, { recursive: true, force: true });
  });

  function once(args: readonly string[], { env, ...options }: CommandOptions = {}): Promise<CommandResult> {
    const settings = {
      OPENAI_API_KEY: 'sk-once',
      OPENAI_BASE_URL: `${provider.url}/v1`,
      BATCHMILL_FIRST_POLL_MS: '50',
      POLL_INTERVAL: '0.2',
      ...env,
    };
    return batchmill(folder, ['once', ...args], { ...options, env: settings });
  }

  const write = (name: string, content: string | Buffer): Promise<void> => writeFile(join(folder, name), content);

  const linesOf = (text: string): Line[] =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  const written = (name: string): Line[] => linesOf(readFileSync(join(folder, name), 'utf8'));

  it(
    'R2: writes a line per document beside the file, in its order: the document with its answer, or with the error and its code',
    async () => {
      await write(
        'notes.jsonl',
        '{"id":12345678901234567890,"text":"The mill turns."}\n\n{"id":2}\n{"text":"It rains."}',
      );

      const { code, out, err } = await once(['notes.jsonl', '--prompt', 'Summarise: {{ text }}', '--model', 'gpt-4o']);

      expect({ code, out }).toEqual({ code: 3, out: '' });
      expect(err).toMatch(
        /^notes\.jsonl: 3 documents\n1 of them cannot be asked about: template\.missing-value: line 3: --prompt, line 1: .*"text"/,
      );
      expect(err).toMatch(/MODEL .*\ngpt-4o +2 .*\$/);
      expect(err).toContain('output    notes.answers.jsonl: 3 documents, 2 with an answer, 1 failed\n');
      const output = readFileSync(join(folder, 'notes.answers.jsonl'), 'utf8');
      expect(output).toContain('{"id":12345678901234567890,"text":"The mill turns.","answer":"');
      expect(linesOf(output)).toEqual([
        { id: expect.any(Number), text: 'The mill turns.', answer: expect.stringContaining('mill') },
        { id: 2, answer_error: { code: 'template.missing-value', message: expect.stringContaining('"text"') } },
        { text: 'It rains.', answer: expect.stringContaining('rain') },
      ]);
      expect((await provider.ledger()).requests).toBe(2);
    },
    timeoutMs,
  );

  it(
    'R2: embeds the rows of a CSV file with a byte order mark, semicolons and values of several lines',
    async () => {
      await write(
        'notes.csv',
        '\ufeffid;title;text\r\na;One;"The mill; it\r\nturns ""fast"""\r\n\r\nb;Two;It rains\r\n',
      );

      const args = ['notes.csv', '--embed', '{{ title }}: {{ text }}', '--dimensions', '256', '--as', 'embedding'];
      const { code } = await once([...args, '--output', 'vectors.jsonl']);

      expect(code).toBe(0);
      const [first, second] = written('vectors.jsonl');
      expect(first).toMatchObject({ id: 'a', title: 'One', text: 'The mill; it\r\nturns "fast"' });
      expect(second).toMatchObject({ id: 'b', title: 'Two', text: 'It rains' });
      for (const line of [first, second]) {
        const vector = line?.['embedding'] as number[];
        expect(vector).toHaveLength(256);
        expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      }
    },
    timeoutMs,
  );

  it(
    'R2: reads standard input in any format, and writes the answers to standard output, which another program reads',
    async () => {
      const args = ['-', '--prompt', 'Repeat: {{ text }}'];
      const list = await once(args, { input: '[{"text":"one"},\n{"text":"two"}]' });
      const csv = await once(args, { input: 'text\n"three"\n' });
      const lines = await once([...args, '--format', 'jsonl', '--output', '-'], { input: '{"text":"four"}\n' });

      expect([list.code, csv.code, lines.code]).toEqual([0, 0, 0]);
      expect(linesOf(list.out)).toEqual([
        { text: 'one', answer: expect.stringContaining('one') },
        { text: 'two', answer: expect.stringContaining('two') },
      ]);
      expect(linesOf(csv.out)).toEqual([{ text: 'three', answer: expect.any(String) }]);
      expect(linesOf(lines.out)).toEqual([{ text: 'four', answer: expect.any(String) }]);
      expect(csv.err).toContain('output    standard output: 1 document, 1 with an answer\n');
    },
    timeoutMs,
  );

  it(
    'R2 R7: after kill -9 the same command goes on and pays for nothing twice, also when the file grew meanwhile',
    async () => {
      const notes = (from: number, to: number): string =>
        Array.from(
          { length: to - from },
          (_, at) => `${JSON.stringify({ text: `Note ${from + at} of the mill.` })}\n`,
        ).join('');
      await write('notes.jsonl', notes(0, 40));
      const args = ['notes.jsonl', '--prompt', 'Summarise: {{ text }}'];

      const killed = await once(args, { killWhen: /[1-9]\d* at the provider/, env: { BATCH_SIZE: '15' } });
      const filesAfterKill = readdirSync(folder);
      const grown = notes(40, 42) + notes(0, 40);
      await write('notes.jsonl', grown);
      const finished = await once(args);
      const again = await once(args);

      expect(killed.code).toBe(null);
      expect(filesAfterKill).not.toContain('notes.answers.jsonl');
      expect(finished.code).toBe(0);
      expect(again).toMatchObject({ code: 0, err: expect.stringContaining('nothing is paid again') });
      expect(written('notes.answers.jsonl').map(({ text }) => text)).toEqual(linesOf(grown).map(({ text }) => text));
      expect(written('notes.answers.jsonl').filter(({ answer }) => typeof answer === 'string')).toHaveLength(42);
      expect(await provider.ledger()).toMatchObject({ requests: 42, twice: [] });
    },
    timeoutMs,
  );

  it(
    'R2: Ctrl-C stops with exit code 130 and without an output, and a later stop at the limit of documents pays for these alone',
    async () => {
      await write('notes.jsonl', '{"text":"one"}\n{"text":"two"}\n{"text":"three"}\n');
      const args = ['notes.jsonl', '--prompt', 'Repeat: {{ text }}', '--limit', '2'];

      const stopped = await once(args, { interruptWhen: /at the provider/ });
      const outputAfterStop = existsSync(join(folder, 'notes.answers.jsonl'));
      const finished = await once(args);

      expect(stopped).toMatchObject({ code: 130, err: expect.stringContaining('The same command goes on') });
      expect(outputAfterStop).toBe(false);
      expect(finished.code).toBe(0);
      expect(written('notes.answers.jsonl').map(({ text }) => text)).toEqual(['one', 'two']);
      expect((await provider.ledger()).requests).toBe(2);
    },
    timeoutMs,
  );

  it(
    'R2: another prompt, another file and a changed document are asked, and no document is mixed up with that of another command',
    async () => {
      await write('notes.jsonl', '{"id":1,"text":"one"}\n{"id":2,"text":"two"}\n');
      await write('others.jsonl', '{"id":1,"text":"one"}\n');

      await once(['notes.jsonl', '--prompt', 'First {{ text }}']);
      await once(['notes.jsonl', '--prompt', 'Second {{ text }}', '--output', 'second.jsonl']);
      await once(['others.jsonl', '--prompt', 'First {{ text }}']);
      await write('notes.jsonl', '{"id":2,"text":"two"}\n{"id":1,"text":"changed"}\n');
      const changed = await once(['notes.jsonl', '--prompt', 'First {{ text }}', '--output', 'changed.jsonl']);

      expect((await provider.ledger()).requests).toBe(2 + 2 + 1 + 1);
      expect(changed.err).toContain('once: 1 document pending');
      expect(written('second.jsonl').map(({ answer }) => answer)).toEqual([
        expect.stringContaining('Second'),
        expect.stringContaining('Second'),
      ]);
      expect(written('changed.jsonl').map(({ text, answer }) => [text, answer])).toEqual([
        ['two', expect.stringContaining('two')],
        ['changed', expect.stringContaining('changed')],
      ]);
    },
    timeoutMs,
  );

  it(
    'I5: with a schema the answers are objects; one that ended at the limit of tokens says so',
    async () => {
      const schema = {
        type: 'object',
        properties: { topic: { type: 'string' } },
        required: ['topic'],
        additionalProperties: false,
      };
      await write('schema.json', JSON.stringify(schema));
      await write(
        'notes.jsonl',
        '{"text":"The mill turns at the river, and the river turns the mill, all day long."}\n',
      );

      const objects = await once([
        'notes.jsonl',
        '--prompt',
        'Topic of {{ text }}',
        '--schema',
        'schema.json',
        '--json',
        '--output',
        'objects.jsonl',
      ]);
      const cut = await once(['notes.jsonl', '--prompt', 'Repeat: {{ text }}', '--max-tokens', '3']);

      expect(objects.code).toBe(0);
      expect(JSON.parse(objects.out)).toMatchObject({
        documents: 1,
        answered: 1,
        failed: 0,
        requests: 1,
        runs: [{ status: 'finished' }],
      });
      expect(written('objects.jsonl')[0]?.['answer']).toEqual({ topic: expect.any(String) });
      expect(cut.err).toContain('1 answer ended at --max-tokens, 3 tokens');
      expect(written('notes.answers.jsonl')[0]).toMatchObject({ answer_finish_reason: 'length' });
    },
    timeoutMs,
  );

  it(
    'R10: --redo failed asks again for those that failed, and --redo all for all of them once that is confirmed',
    async () => {
      await write('notes.jsonl', `{"text":"short"}\n{"text":"${'mill '.repeat(9_000)}"}\n`);
      const args = ['notes.jsonl', '--embed', '{{ text }}'];

      const first = await once(args);
      const failedAgain = await once([...args, '--redo', 'failed']);
      const unconfirmed = await once([...args, '--redo', 'all']);
      const all = await once([...args, '--redo', 'all', '--yes']);

      expect([first.code, failedAgain.code, unconfirmed.code, all.code]).toEqual([3, 3, 1, 3]);
      expect(first.err).toContain('document.text-too-long');
      expect(failedAgain.err).toContain('once: 1 document pending or failed');
      expect(unconfirmed.err).toContain('found no --yes');
      expect((await provider.ledger()).requests).toBe(2);
      expect(written('notes.vectors.jsonl')).toEqual([
        { text: 'short', vector: expect.any(Array) },
        { text: expect.any(String), vector_error: { code: 'document.text-too-long', message: expect.any(String) } },
      ]);
    },
    timeoutMs,
  );

  it(
    'R2: needs a key or --simulated, and no server, also where settings name some',
    async () => {
      await write('notes.jsonl', '{"text":"one"}\n');
      await write('.env', 'BATCHMILL_STORE=mongodb://127.0.0.1:1/none\nBATCHMILL_BUS=kafka://127.0.0.1:1\n');
      const args = ['notes.jsonl', '--prompt', 'Repeat: {{ text }}'];
      const keyless = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '' };

      const refused = await once(args, { env: keyless });
      const simulated = await once([...args, '--simulated'], { env: keyless });

      expect(refused).toMatchObject({
        code: 1,
        err: expect.stringContaining('OPENAI_API_KEY: found nothing; set it to your key'),
      });
      expect(simulated).toMatchObject({ code: 0, err: expect.stringContaining('BATCHMILL_STORE, BATCHMILL_BUS') });
      expect(written('notes.answers.jsonl')).toEqual([{ text: 'one', answer: expect.any(String) }]);
      expect((await provider.ledger()).requests).toBe(0);
    },
    timeoutMs,
  );

  it(
    'R2: another command does not overwrite the answers of one, except those of the simulator',
    async () => {
      await write('notes.jsonl', '{"text":"one"}\n');
      await once(['notes.jsonl', '--prompt', 'Repeat: {{ text }}', '--simulated']);
      const real = ['notes.jsonl', '--prompt', 'Repeat: {{ text }}'];

      const first = await once(real);
      const other = await once(['notes.jsonl', '--prompt', 'Count: {{ text }}']);
      const again = await once(real);

      expect([first.code, other.code, again.code]).toEqual([0, 1, 0]);
      expect(other.err).toContain(
        '--output: found notes.answers.jsonl, which exists, and was not written by this command',
      );
      expect((await provider.ledger()).requests).toBe(1);
    },
    timeoutMs,
  );

  it(
    'R7: two that start at the same time never share documents: each does its own part, or is refused',
    async () => {
      await write('notes.jsonl', '{"text":"one"}\n{"text":"two"}\n{"text":"three"}\n');
      const args = ['notes.jsonl', '--prompt', 'Repeat: {{ text }}'];

      const both = await Promise.all([once([...args, '--limit', '1']), once(args)]);

      const [refused, ...others] = both.filter(({ code }) => code === 1);
      expect(others).toEqual([]);
      const limited = both[0].code === 0;
      expect((await provider.ledger()).requests).toBe(refused === undefined || !limited ? 3 : 1);
      if (refused !== undefined) expect(refused.err).toContain('another process works on the same command');
    },
    timeoutMs,
  );

  it(
    'R7: a second process with the same command is refused while the first one works',
    async () => {
      await write('notes.jsonl', '{"text":"one"}\n');
      const args = ['notes.jsonl', '--prompt', 'Repeat: {{ text }}'];
      provider.freeze();
      const first = once(args);
      const homes = join(folder, '.batchmill/once');
      let second = await once([...args, '--estimate']);
      while (second.code === 0 || !existsSync(homes)) second = await once([...args, '--estimate']);
      provider.thaw();

      expect(second).toMatchObject({
        code: 1,
        err: expect.stringContaining('another process works on the same command'),
      });
      expect((await first).code).toBe(0);
    },
    timeoutMs,
  );
});
