import type { FastifyInstance } from 'fastify';
import { isSettled } from '../batches/batch.js';
import type { Batch } from '../batches/batch.js';
import type { BatchEngine } from '../batches/batch-engine.js';
import { createBatch } from '../batches/create-batch.js';
import { presentBatch } from '../batches/present-batch.js';
import type { Fault } from '../faults/fault-injector.js';
import { Staleness } from '../faults/staleness.js';
import { OpenAiError } from '../http/openai-error.js';
import { readLimit } from '../http/read-limit.js';
import type { Simulation } from '../simulation.js';

interface ById {
  readonly Params: { readonly id: string };
}

interface Listing {
  readonly Querystring: Readonly<Record<'after' | 'limit', string | undefined>>;
}

/** The Batches API. */
export function addBatchRoutes(app: FastifyInstance, engine: BatchEngine, simulation: Simulation): void {
  const { clock } = simulation;
  const staleness = new Staleness();

  const found = (id: string): Batch => {
    const batch = engine.find(id);
    if (batch === undefined) throw new OpenAiError(404, `No batch found with id '${id}'.`, { param: 'id' });
    return batch;
  };

  const present = (batch: Batch): object => presentBatch(batch, clock.nowMs());

  app.post('/v1/batches', { config: { faultOn: 'batches.create' } }, async (request) => {
    const { body } = request;
    if (typeof body !== 'object' || body === null) throw new OpenAiError(400, 'Expected a JSON object.');
    const batch = createBatch(body as Readonly<Record<string, unknown>>, simulation);
    engine.add(batch);
    return present(batch);
  });

  app.get<Listing>('/v1/batches', { config: { faultOn: 'batches.list' } }, async ({ query, faults }) => {
    const limit = readLimit(query.limit, 20, 100);
    const after = query.after === undefined || query.after === '' ? undefined : found(query.after);
    const hidden = (batch: Batch): boolean =>
      staleOf(faults).some((fault) => staleness.hides(fault, batch.id, batch.createdMs, clock.nowMs()));
    // Hidden batches do not shorten a page.
    const listed: Batch[] = [];
    for (let last = after; listed.length <= limit;) {
      const page = engine.list(limit + 1, last);
      listed.push(...page.filter((batch) => !hidden(batch)));
      last = page.at(-1);
      if (page.length <= limit) break;
    }
    const shown = listed.slice(0, limit);
    const ids = { first_id: shown[0]?.id ?? null, last_id: shown.at(-1)?.id ?? null };
    return { object: 'list', data: shown.map(present), ...ids, has_more: listed.length > limit };
  });

  app.get<ById>('/v1/batches/:id', { config: { faultOn: 'batches.retrieve' } }, async ({ params, faults }) => {
    const batch = found(params.id);
    const change = `${batch.id}:${batch.status}`;
    const stale = staleOf(faults).some((fault) => staleness.hides(fault, change, batch.changedMs, clock.nowMs()));
    return stale && batch.previous !== null ? batch.previous : present(batch);
  });

  app.post<ById>('/v1/batches/:id/cancel', { config: { faultOn: 'batches.cancel' } }, async ({ params }) => {
    const batch = found(params.id);
    if (isSettled(batch.status)) {
      throw new OpenAiError(409, `Cannot cancel a batch with status '${batch.status}'.`);
    }
    if (batch.status !== 'cancelling') engine.cancel(batch);
    return present(batch);
  });
}

function staleOf(faults: readonly Fault[]): Fault[] {
  return faults.filter(({ what }) => what === 'stale');
}
