import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { OpenAiError } from '../http/openai-error.js';
import { endpoints } from '../perform/endpoints.js';
import { findModel, models } from '../perform/models.js';
import type { Body } from '../perform/performed.js';
import { performRequest } from '../perform/perform-request.js';
import type { Simulation } from '../simulation.js';

const modelsCreatedAt = 1_705_948_997;

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
      });
      simulation.ledger.billSynchronous(endpoint, performed.model, performed.usage);
      return reply.type('application/json').send(performed.json);
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

function presentModel(id: string): object {
  return { id, object: 'model', created: modelsCreatedAt, owned_by: 'simulated' };
}
