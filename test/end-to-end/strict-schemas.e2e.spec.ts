import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isBatchmillError } from '@batchmill/contracts';
import { chat, definePipeline } from '@batchmill/pipeline';
import { startSimulator, type Simulator } from '@batchmill/simulator';
import { KnownPipelines } from '@batchmill/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptedSchemas, objectOf, refusedSchemas } from './strict-schemas.js';

type Schema = Readonly<Record<string, unknown>>;

/** The problems of a pipeline whose function asks for this schema. */
function problemsOf(responseFormat: Schema, model = 'gpt-4o-mini'): string[] {
  const facts = chat({ name: 'facts', model, user: '{{ text }}', responseFormat });
  const pipeline = definePipeline({
    name: 'notes',
    source: { collection: 'notes' },
    inference: { functions: [facts] },
  });
  try {
    new KnownPipelines([pipeline]);
    return [];
  } catch (error) {
    if (!isBatchmillError(error) || error.code !== 'pipeline.invalid') throw error;
    return error.message.split('\n');
  }
}

describe('a schema of strict answers', () => {
  let folder: string;
  let simulator: Simulator;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'batchmill-test-'));
    simulator = await startSimulator({ dataDir: folder });
  });
  afterAll(async () => {
    await simulator.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** What the provider answers to a request with this schema. */
  async function answerTo(schema: Schema): Promise<{ status: number; code: unknown }> {
    const response = await fetch(`${simulator.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer sk-test' },
      body: JSON.stringify({
        model: 'gpt-4o-mini',
        messages: [{ role: 'user', content: 'The mill turns.' }],
        response_format: { type: 'json_schema', json_schema: { name: 'facts', strict: true, schema } },
      }),
    });
    const body = (await response.json()) as { error?: { code: unknown } };
    return { status: response.status, code: body.error?.code ?? null };
  }

  it.each(refusedSchemas)(
    'Y5: what the provider refuses is found when the pipeline is loaded: $because',
    async ({ schema, says }) => {
      const problems = problemsOf(schema);

      expect(problems).toContainEqual(expect.stringContaining(says));
      expect(await answerTo(schema)).toEqual({ status: 400, code: 'invalid_json_schema' });
    },
  );

  it.each(acceptedSchemas)('Y5: what the provider accepts is accepted: $because', async ({ schema }) => {
    expect(problemsOf(schema)).toEqual([]);
    expect(await answerTo(schema)).toEqual({ status: 200, code: null });
  });

  it('Y5: all that is wrong with a schema is reported at once, each with its place', () => {
    const problems = problemsOf(
      objectOf({
        page: { type: 'string', format: 'uri' },
        tags: { type: 'array', items: { type: 'string' }, uniqueItems: true },
        who: { type: 'object', properties: { name: { type: 'string' } } },
      }),
    );

    expect(problems.map((problem) => /responseFormat(\S*):/.exec(problem)?.[1])).toEqual([
      '.properties.page.format',
      '.properties.tags.uniqueItems',
      '.properties.who.required',
      '.properties.who.additionalProperties',
    ]);
  });

  it('Y5: constraints are refused for a fine-tuned model only', () => {
    const schema = objectOf({ tags: { type: 'array', items: { type: 'string', pattern: '^a' }, minItems: 1 } });

    expect(problemsOf(schema, 'gpt-4o-mini')).toEqual([]);
    expect(problemsOf(schema, 'ft:gpt-4o-mini-2024-07-18:acme::abc')).toEqual([
      expect.stringContaining('.properties.tags.minItems: found it'),
      expect.stringContaining('.properties.tags.items.pattern: found it'),
    ]);
  });

  it('Y5: keywords that tools write beside the rules are taken', () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...objectOf({ a: { type: 'string' } }) };

    expect(problemsOf(schema, 'gpt-4o')).toEqual([]);
  });

  it('Y5: a model that takes no schema is named', () => {
    expect(problemsOf(objectOf({ a: { type: 'string' } }), 'gpt-4-turbo')).toEqual([
      expect.stringContaining(
        'responseFormat: found a schema for gpt-4-turbo, which takes none, expected a newer model',
      ),
    ]);
  });

  it.each(['my-deployment', 'gpt-oss-120b', 'anthropic/claude-opus-5'])(
    'Y5: rules of OpenAI alone are not held against the model of another server: %s',
    (model) => {
      const schema = objectOf({
        a: { type: 'array', items: { oneOf: [{ type: 'string', format: 'uri' }] }, uniqueItems: true },
      });

      expect(problemsOf(schema, model)).toEqual([]);
    },
  );
});
