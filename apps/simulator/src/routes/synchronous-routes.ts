import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { OpenAiError } from '../http/openai-error.js';
import { endpoints } from '../perform/endpoints.js';
import { findModel, models } from '../perform/models.js';
import type { Body } from '../perform/performed.js';
import { performRequest } from '../perform/perform-request.js';
import type { Simulation } from '../simulation.js';

const modelsCreatedAt = 1_705_948_997;
/** A call of the tier flex takes so many times as long. */
const flexSlowness = 5;

/** The synchronous endpoints and the list of models. Answers are billed before they are sent. */
export function addSynchronousRoutes(app: FastifyInstance, simulation: Simulation): void {
  for (const endpoint of endpoints) {
    app.post(endpoint, { config: { faultOn: 'synchronous' } }, async (request, reply) => {
      if (typeof request.body !== 'object' || request.body === null) {
        throw new OpenAiError(400, 'Expected a JSON object.');
      }
      const performed = await performRequest(endpoint, request.body as Body, {
        limits: simulation.options.limits,
        nowSeconds: simulation.clock.nowSeconds(),
        requestHash: randomBytes(16).toString('hex'),
        refuse: request.faults.some(({ what }) => what === 'refusal'),
        hasTiers: true,
      });
      const { model, usage, serviceTier } = performed;
      if (serviceTier === 'flex' && request.faults.some(({ what }) => what === 'no-flex')) throw noFlex();
      const tokens = usage.inputTokens + mostAnswered(request.body as Body);
      const headers = simulation.rateLimits.take(request.account, model.id, tokens);
      simulation.ledger.billSynchronous(endpoint, model, usage, serviceTier);
      const { clock, options } = simulation;
      const seconds = options.synchronousSeconds * (serviceTier === 'flex' ? flexSlowness : 1);
      if (seconds > 0) await clock.until(clock.nowMs() + seconds * 1_000, closingOf(reply));
      return reply.headers(headers).type('application/json').send(performed.json);
    });
  }

  const { models: listed } = simulation.options.provider;
  if (listed === 'none') return;
  app.get('/v1/models', async () => ({
    object: 'list',
    data: models.map(({ id }) =>
      listed === 'names'
        ? presentModel(id)
        : { ...presentModel(`${id}-base`), lifecycle_status: 'generally-available' },
    ),
  }));

  app.get<{ Params: { id: string } }>('/v1/models/:id', async ({ params }) => {
    if (findModel(params.id) === undefined) {
      throw new OpenAiError(404, `The model '${params.id}' does not exist`, {
        param: 'model',
        code: 'model_not_found',
      });
    }
    return presentModel(params.id);
  });
}

/** https://platform.openai.com/docs/guides/flex-processing, "Resource unavailable errors". */
function noFlex(): OpenAiError {
  return new OpenAiError(429, 'Flex processing resources are unavailable. Please try again later.', {
    type: 'resource_unavailable',
    code: 'resource_unavailable',
  });
}

/** The tokens that it may answer count before it is known how many it does. */
function mostAnswered(body: Body): number {
  const limit = body['max_completion_tokens'] ?? body['max_tokens'] ?? body['max_output_tokens'];
  return typeof limit === 'number' ? limit : 0;
}

/** Aborts when the client is gone, or the server closes. */
function closingOf(reply: FastifyReply): AbortSignal {
  const closing = new AbortController();
  reply.raw.once('close', () => closing.abort());
  return closing.signal;
}

function presentModel(id: string): object {
  return { id, object: 'model', created: modelsCreatedAt, owned_by: 'simulated' };
}
