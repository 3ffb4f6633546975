import { afterEach, describe, expect, it } from '@jest/globals';
import { ManualClock } from '@batchmill/testing';
import { StubServer, respondJson } from '../openai/testing/stub-server.js';
import { ListedModels } from './listed-models.js';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const hourMs = 3_600_000;
const listOf = (...ids: string[]): Answer => ({
  status: 200,
  body: { object: 'list', data: ids.map((id) => ({ id })) },
});
const listed = listOf('gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small');
const broken: Answer = { status: 500, body: { error: { message: 'broken' } } };

describe('the models that an account sees', () => {
  let server: StubServer;
  afterEach(() => server.close());

  /** A server with one of these answers to each call of the list, the last one for good. It knows one model beside the list. */
  async function serve(
    ...answers: Answer[]
  ): Promise<{ models: ListedModels; clock: ManualClock; lists: () => number }> {
    let lists = 0;
    server = await StubServer.start((request, response) => {
      if (request.url === '/v1/models/my-alias') {
        respondJson(response, { id: 'my-alias' });
        return;
      }
      if (request.url !== '/v1/models') {
        respondJson(response, { error: { message: 'no such model' } }, 404);
        return;
      }
      const answer = answers[Math.min(lists, answers.length - 1)];
      lists += 1;
      respondJson(response, answer?.body, answer?.status);
    });
    const clock = new ManualClock();
    const provider = server.provider({ retries: { times: 0, baseMs: 1 } });
    return { models: new ListedModels(provider, clock), clock, lists: () => lists };
  }

  it('Y5: a model is found by the list, or by its name where the list lacks it', async () => {
    const { models } = await serve(listed);

    expect(await models.find('gpt-4o')).toBe('listed');
    expect(await models.find('my-alias')).toBe('listed');
  });

  it('Y5: for a model that neither of them has, the nearest name is told', async () => {
    const { models } = await serve(listed);

    expect(await models.find('gpt-4o-minni')).toEqual({ closest: 'gpt-4o-mini' });
    expect(await models.find('claude')).toEqual({ closest: null });
  });

  it('Y5: the list is read once an hour, however many ask at the same time', async () => {
    const { models, clock, lists } = await serve(listed);

    await Promise.all([models.find('gpt-4o'), models.find('gpt-4o-mini'), models.find('my-alias')]);
    clock.advance(hourMs - 1);
    await models.find('gpt-4o');
    expect(lists()).toBe(1);

    clock.advance(1);
    await models.find('gpt-4o');
    expect(lists()).toBe(2);
  });

  it('Y5: a list that could not be read is read again by the next who asks', async () => {
    const { models } = await serve(broken, listed);

    await expect(models.find('gpt-4o')).rejects.toMatchObject({ code: 'provider.unavailable' });
    expect(await models.find('gpt-4o')).toBe('listed');
  });

  it.each<[string, Answer]>([
    ['has no such call', { status: 404, body: { error: { message: 'not found' } } }],
    ['answers with something else', { status: 200, body: { hello: 'world' } }],
    [
      'lists base models, and not the deployments that requests name (Azure)',
      {
        status: 200,
        body: { data: [{ id: 'gpt-4o-2024-08-06', object: 'model', lifecycle_status: 'generally-available' }] },
      },
    ],
  ])('Y5: nothing is known of a model when the provider %s', async (_, answer) => {
    const { models } = await serve(answer);

    expect(await models.find('my-deployment')).toBe('no-list');
  });
});
