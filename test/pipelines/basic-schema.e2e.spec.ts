import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Example, exampleFolders } from './example.js';

const timeoutMs = 600_000;
const aText: unknown = expect.stringMatching(/\S/);
const aDate: unknown = expect.any(Date);

/** examples.long.spec.ts follows the others. */
describe('a shipped example, with the commands of its README', () => {
  let example: Example;
  beforeEach(async () => {
    example = await Example.open('basic-schema');
  });
  afterEach(() => example.close());

  it(
    'C7 C2: basic-schema writes answers with every default',
    async () => {
      const ran = await example.followReadme();

      const articles = await example.documents('articles');
      expect(ran).toMatchObject(ran.map(() => ({ code: 0, err: '' })));
      expect(articles.size).toBe(4);
      for (const article of articles.values()) {
        expect(article).toMatchObject({
          ai_status: 'completed',
          event_response: [{ talking_points: aText, created_date: aDate }],
          processing_info: { functions: { summary: { state: 'done', attempts: 1 } } },
        });
      }
    },
    timeoutMs,
  );
});

describe('the page of an example', () => {
  it.each([...exampleFolders])(
    'C7 T4: the page of an example says in a few lines what it does and what it writes: %s',
    (name, folder) => {
      const page = readFileSync(join(folder, 'README.md'), 'utf8');

      expect(page).toMatch(new RegExp(`^# ${name}\n`));
      expect(page).toContain(`npx batchmill run ${name}`);
      expect(page).toContain('It writes ');
      expect(page.split('\n').length).toBeLessThan(25);
    },
  );
});
