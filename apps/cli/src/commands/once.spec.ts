import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runBatchmill, type CommandResult } from '../testing/run-batchmill.js';

describe('batchmill once, before it sends anything', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-once-'));
    file = join(folder, 'notes.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const once = (args: readonly string[], more?: Record<string, string>): Promise<CommandResult> =>
    runBatchmill(join(folder, 'home'), ['once', file, ...args], more);

  it.each<[string, string, readonly string[], string]>([
    ['no prompt', '{"text":"one"}\n', [], 'found no prompt, expected --prompt'],
    ['a prompt and an embedding', '{"text":"one"}\n', ['--prompt', 'a', '--embed', 'b'], 'found --embed and --prompt'],
    [
      'a prompt and its file',
      '{"text":"one"}\n',
      ['--prompt', 'a', '--prompt-file', 'b'],
      'found --prompt and --prompt-file',
    ],
    ['a prompt file that is not there', '{}\n', ['--prompt-file', 'none.liquid'], '--prompt-file: found none.liquid'],
    ['dimensions of answers', '{}\n', ['--prompt', 'a', '--dimensions', '256'], 'found --dimensions without --embed'],
    [
      'a template that does not parse',
      '{}\n',
      ['--prompt', '{{ text '],
      '--prompt: found a template that does not parse',
    ],
    ['a field that no document has', '{"text":"one"}\n', ['--prompt', '{{ txt }}'], 'did you mean "text"?'],
    [
      'a field that only the system prompt wants',
      '{"a":1}\n',
      ['--prompt', 'a', '--system', '{{ b }}'],
      '--system, line 1',
    ],
    ['no document', '\n', ['--prompt', 'a'], 'notes.jsonl: found no document'],
    [
      'a line that is no object',
      '{"a":1}\n"two"\n',
      ['--prompt', 'a'],
      'line 2: found something that is not a JSON object',
    ],
    [
      'a duplicate id',
      '{"id":1}\n{"id":2}\n{"id":1}\n',
      ['--prompt', 'a'],
      'line 3: found the id "1" again, which line 1 has',
    ],
    [
      'no value in the named id',
      '{"key":1}\n{}\n',
      ['--prompt', 'a', '--id', 'key'],
      'line 2: found no value in the field key',
    ],
    [
      'a field where the answer goes',
      '{"answer":1}\n',
      ['--prompt', 'a'],
      'line 1: found the field answer, under which',
    ],
    [
      'a field where the vector goes',
      '{"v_error":1}\n',
      ['--embed', 'a', '--as', 'v'],
      'line 1: found the field v_error',
    ],
    [
      'an output in no folder',
      '{}\n',
      ['--prompt', 'a', '--output', 'none/a.jsonl'],
      'none/a.jsonl, which cannot be written (ENOENT)',
    ],
    ['a device as output', '{}\n', ['--prompt', 'a', '--output', '/dev/null'], 'found /dev/null, which is not a file'],
    [
      'JSON among the answers',
      '{}\n',
      ['--prompt', 'a', '--output', '-', '--json'],
      'found --json, and the answers on',
    ],
    [
      'dimensions that the model lacks',
      '{}\n',
      ['--embed', 'a', '--dimensions', '9999'],
      '--dimensions: found 9999, expected',
    ],
    ['a temperature beyond 2', '{}\n', ['--prompt', 'a', '--temperature', '3'], 'expected a number from 0 to 2'],
    [
      'columns that are too few',
      'a,b\n1,2\n3\n',
      ['--prompt', 'a', '--format', 'csv'],
      'line 3: found 1 column, expected 2',
    ],
  ])('R2: refuses %s', async (_, content, args, expected) => {
    await writeFile(file, content);

    const { code, out, err } = await once(args);

    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toContain(expected);
    expect(readdirSync(folder)).not.toContain('notes.answers.jsonl');
    expect(readdirSync(join(folder), { recursive: true }).filter((name) => String(name).includes('simulator'))).toEqual(
      [],
    );
  });

  it('R2: the input is never the output, by whichever path it is named', async () => {
    await writeFile(file, '{}\n');

    const { code, err } = await once(['--prompt', 'a', '--output', `${folder}/../${basename(folder)}/notes.jsonl`]);

    expect({ code, isRefused: err.includes('which is the input') }).toEqual({ code: 1, isRefused: true });
  });

  it('R2: a schema that the provider would refuse is refused by the name of its flag', async () => {
    const schema = join(folder, 'schema.json');
    await writeFile(file, '{}\n');
    await writeFile(schema, '{"type":"object","properties":{"topic":{"type":"string"}}}');

    const { code, err } = await once(['--prompt', 'a', '--schema', schema]);

    expect(code).toBe(1);
    expect(err).toContain('--schema.required: found topic left out');
    expect(err).toContain('--schema.additionalProperties: found nothing, expected false');
  });

  it('R2: without a key it says what to set', async () => {
    await writeFile(file, '{"text":"one"}\n');

    const { code, err } = await once(['--prompt', '{{ text }}'], { OPENAI_BASE_URL: '', OPENAI_API_KEY: '' });

    expect(code).toBe(1);
    expect(err).toContain('OPENAI_API_KEY: found nothing; set it to your key');
  });

  it('M3: --estimate prints the cost, needs no key, sends nothing and leaves nothing behind', async () => {
    await writeFile(file, '{"text":"one"}\n{"text":"two"}\n{}\n');
    const args = ['--prompt', 'Repeat: {{ text }}', '--estimate'];

    const estimate = await once(args, { OPENAI_BASE_URL: '', OPENAI_API_KEY: '' });
    const limited = await once([...args, '--limit', '1', '--json']);

    expect(estimate).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /3 documents\n1 of them .* line 3: .*\nonce: 2 documents pending\nMODEL .*\ngpt-4o-mini +2 /,
      ),
    });
    expect(JSON.parse(limited.out)).toMatchObject({ documents: 1, failed: 0, found: 1, requests: 1 });
    expect(readdirSync(folder)).toEqual(['notes.jsonl']);
    expect(existsSync(join(folder, 'home'))).toBe(false);
  });

  it('M3: --estimate counts the documents that cannot be asked by the reason, with the place of the first', async () => {
    await writeFile(file, '{"text":"one"}\n{}\n{"text":" "}\n{}\n');
    const args = ['--prompt', '{{ text }}', '--estimate'];

    const { out } = await once(args);
    const json = JSON.parse((await once([...args, '--json'])).out) as { unasked: unknown };

    expect(out).toMatch(
      /\n2 of them cannot be asked about: (template\.[a-z-]+): .*line 2: .*\n1 of them .*: template\.empty: .*line 3: /,
    );
    expect(json).toMatchObject({
      documents: 4,
      failed: 3,
      unasked: [{ documents: 2 }, { code: 'template.empty', documents: 1 }],
    });
  });
});
