import { parseResultLine } from '@batchmill/provider';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchmill, type CommandResult } from '../end-to-end/command.js';
import { commandsIn, fast, root } from '../pipelines/example.js';
import { mistakes } from './mistakes.js';

const recipes = join(import.meta.dirname, 'recipes');
const page = readFileSync(join(root, 'docs/how-to/first-pipeline.md'), 'utf8');
const read = (file: string): string => readFileSync(join(import.meta.dirname, file), 'utf8');
const definition = read('recipes/recipes.pipeline.ts');
const timeoutMs = 600_000;

describe('docs/how-to/first-pipeline.md', () => {
  let folder: string;
  let results: CommandResult[];

  /** Follows the guide, with its own files and commands. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-first-'));
    await mkdir(join(folder, 'pipelines/recipes'), { recursive: true });
    await cp(join(recipes, 'recipes.pipeline.ts'), join(folder, 'pipelines/recipes/recipes.pipeline.ts'));
    await cp(join(recipes, 'recipes.jsonl'), join(folder, 'recipes.jsonl'));
    results = [];
    for (const args of commandsIn(page)) results.push(await batchmill(folder, args, { env: fast }));
  }, timeoutMs);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('T4: a pipeline for documents of a new shape is one file, and runs with the commands of the guide', () => {
    expect(results.map(({ code, err }) => ({ code, err }))).toEqual(results.map(() => ({ code: 0, err: '' })));
    expect(results.map(({ out }) => out)).toContain(read('recipes/preview.txt'));
    expect(JSON.parse(results.at(-1)?.out ?? '')).toMatchObject({
      _id: 'r-1',
      dish: { name: 'pancakes', serves: 4 },
      ai_status: 'completed',
      shopping_list: expect.any(String),
      listed_at: { $date: expect.any(String) },
    });
  });

  it(
    'T4: the lines of batch files in the guide are those that are sent and received',
    async () => {
      // The batch file itself is deleted when its answers are stored.
      const args = ['preview', 'recipes', '--redo', 'all', '--limit', '1', '--json'];
      const { out } = await batchmill(folder, args, { env: fast });
      const { documents } = JSON.parse(out) as { documents: { requests: { url: string; body: object }[] }[] };
      const request = JSON.parse(read('lines/request.json')) as { custom_id: string; url: string; body: object };

      const { custom_id: customId, url, body } = request;
      expect(customId).toBe('shopping_list__r-1');
      expect(documents[0]?.requests[0]).toMatchObject({ url, body });
      expect(parseResultLine(JSON.stringify(JSON.parse(read('lines/result.json'))))).toMatchObject({
        customId: request.custom_id,
        statusCode: 200,
        body: { choices: [{ message: { content: expect.any(String) } }] },
      });
      expect(parseResultLine(JSON.stringify(JSON.parse(read('lines/expired.json'))))).toEqual({
        customId: 'shopping_list__r-2',
        statusCode: null,
        body: undefined,
        error: { code: 'batch_expired' },
      });
    },
    timeoutMs,
  );

  it(
    'C6 T4: each mistake of a new user is reported with its place and the expected value',
    async () => {
      const folders = mistakes.map((_, index) => `mistake-${index}`);
      for (const [index, { original, mistaken }] of mistakes.entries()) {
        const name = folders[index] ?? '';
        const own = join(folder, 'wrong/pipelines', name);
        expect(definition).toContain(original);
        const wrong = definition.replace(original, mistaken);
        await mkdir(own, { recursive: true });
        const named = original.startsWith('name:') ? wrong : wrong.replace("name: 'recipes'", `name: '${name}'`);
        await writeFile(join(own, `${name}.pipeline.ts`), named);
      }
      await cp(join(recipes, 'recipes.pipeline.ts'), join(folder, 'wrong/pipelines/recipes.pipeline.ts'));

      const { code, err } = await batchmill(join(folder, 'wrong'), ['preview', 'recipes'], { env: fast });

      const errors = err.replaceAll(/mistake-\d+/g, 'recipes');
      expect(code).toBe(1);
      expect(errors).toContain('pipelines: found recipes.pipeline.ts, expected recipes/recipes.pipeline.ts\n');
      for (const { message } of mistakes) expect(errors).toContain(message);
      expect(errors.split('\n').filter((line) => !/(expected|found)/.test(line))).toEqual(['']);
    },
    timeoutMs,
  );

  it('T4: the guide lists each mistake of a new user with its error message', () => {
    for (const { description, message } of mistakes)
      expect(words(page.replaceAll('\\|', '|'))).toContain(`| ${description} | \`${shown(message)}`);
  });

  it(
    'X1 T4: a missing field in a prompt or in a response template is reported before anything is paid',
    async () => {
      const own = join(folder, 'pipelines/recipes/recipes.pipeline.ts');
      await writeFile(own, definition.replace('dish.name', 'dish.title').replace('{{response_content}}', '{{answer}}'));
      const wrongField = await batchmill(folder, ['preview', 'recipes'], { env: fast });
      await writeFile(own, definition.replace('{{response_content}}', '{{answer}}'));
      const wrongAnswer = await batchmill(folder, ['preview', 'recipes'], { env: fast });

      expect([wrongField.code, wrongAnswer.code]).toEqual([3, 3]);
      expect(words(wrongField.out)).toContain(
        'the document has no value for "dish_name" (fieldMap takes it from "dish.title")',
      );
      expect(words(wrongField.out)).toContain('available variables: _id, ai_status, dish.name, dish.serves,');
      expect(words(wrongAnswer.out)).toContain(
        'cannot be requested TemplateError: Function shopping_list, response template',
      );
      expect(words(wrongAnswer.out)).toContain('has no value for "answer"');
    },
    timeoutMs,
  );
});

/** The guide leaves out the file name, which is the same for all. */
function shown(message: string): string {
  return message.replace(/^pipelines\/recipes\/recipes\.pipeline\.ts: /, '');
}

function words(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
