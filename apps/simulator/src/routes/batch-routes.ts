import type { FastifyInstance } from 'fastify';
import { isSettled } from '../batches/batch.js';
import type { Batch } from '../batches/batch.js';
import type { BatchEngine } from '../batches/batch-engine.js';
import { createBatch } from '../batches/create-batch.js';
import { refuseFullQueue } from '../batches/refuse-full-queue.js';
import { presentBatch } from '../batches/present-batch.js';
import type { Fault } from '../faults/fault-injector.js';
import { noName } from '../accounts.js';
import { Staleness } from '../faults/staleness.js';
import { OpenAiError } from '../http/openai-error.js';
import { readLimit } from '../http/read-limit.js';
import type { Simulation } from '../simulation.js';

interface ById {
  readonly Params: { readonly id: string };
}

interface Listing {
  readonly Querystring: Readonly<Record<'after' | 'cursor' | 'limit', string | undefined>>;
}

/** The Batches API. */
export function addBatchRoutes(app: FastifyInstance, engine: BatchEngine, simulation: Simulation): void {
  const { clock, options } = simulation;
  const { batchPaging } = options.provider;
  const staleness = new Staleness();

  const isVisible = (batch: Batch, account: string): boolean => {
    const { forgottenUntilMs = 0 } = batch.faults;
    const isForgotten = forgottenUntilMs === null || clock.nowMs() < forgottenUntilMs;
    return (batch.account ?? noName) === account && !isForgotten;
  };
  const found = (id: string, account: string): Batch => {
    const batch = engine.find(id);
    if (batch === undefined || !isVisible(batch, account))
      throw new OpenAiError(404, `No batch found with id '${id}'.`, { param: 'id' });
    return batch;
  };

  const present = (batch: Batch): object => presentBatch(batch, clock.nowMs());

  app.post('/v1/batches', { config: { faultOn: 'batches.create' } }, async (request) => {
    const { body } = request;
    if (typeof body !== 'object' || body === null) throw new OpenAiError(400, 'Expected a JSON object.');
    const fields = body as Readonly<Record<string, unknown>>;
    const enqueued = await refuseFullQueue(fields, request.account, () => engine.active(), simulation);
    const batch = createBatch(fields, request.account, simulation, enqueued);
    engine.add(batch);
    return present(batch);
  });

  app.get<Listing>('/v1/batches', { config: { faultOn: 'batches.list' } }, async ({ query, faults, account }) => {
    const limit = readLimit(query.limit, 20, 100);
    const last = batchPaging === 'cursor' ? idIn(query.cursor) : query.after;
    const after = last === undefined || last === '' ? undefined : found(last, account);
    const hidden = (batch: Batch): boolean =>
      !isVisible(batch, account) ||
      staleOf(faults).some((fault) => staleness.hides(fault, batch.id, batch.createdMs, clock.nowMs()));
    // Hidden batches do not shorten a page.
    const listed: Batch[] = [];
    for (let from = after; listed.length <= limit;) {
      const page = engine.list(limit + 1, from);
      listed.push(...page.filter((batch) => !hidden(batch)));
      from = page.at(-1);
      if (page.length <= limit) break;
    }
    const shown = listed.slice(0, limit);
    const hasMore = listed.length > limit;
    if (batchPaging === 'cursor') {
      const paging = hasMore ? { next_cursor: cursorOf(shown.at(-1)?.id ?? '') } : null;
      return { object: 'list', data: shown.map(present), paging };
    }
    const ids = { first_id: shown[0]?.id ?? null, last_id: shown.at(-1)?.id ?? null };
    return { object: 'list', data: shown.map(present), ...ids, has_more: hasMore };
  });

  app.get<ById>('/v1/batches/:id', { config: { faultOn: 'batches.retrieve' } }, async ({ params, faults, account }) => {
    const batch = found(params.id, account);
    const change = `${batch.id}:${batch.status}`;
    const stale = staleOf(faults).some((fault) => staleness.hides(fault, change, batch.changedMs, clock.nowMs()));
    return stale && batch.previous !== null ? batch.previous : present(batch);
  });

  app.post<ById>(
    '/v1/batches/:id/cancel',
    { config: { faultOn: 'batches.cancel' } },
    async ({ params, faults, account }) => {
      const batch = found(params.id, account);
      if (isSettled(batch.status)) {
        throw new OpenAiError(409, `Cannot cancel a batch with status '${batch.status}'.`);
      }
      const isIgnored = faults.some(({ what }) => what === 'ignore');
      if (batch.status !== 'cancelling' && !isIgnored) engine.cancel(batch);
      return present(batch);
    },
  );
}

function staleOf(faults: readonly Fault[]): Fault[] {
  return faults.filter(({ what }) => what === 'stale');
}

function cursorOf(id: string): string {
  return `cursor_${Buffer.from(id).toString('base64url')}`;
}

/** The id of the last batch of the page before. */
function idIn(cursor: string | undefined): string | undefined {
  return cursor === undefined ? undefined : Buffer.from(cursor.replace(/^cursor_/, ''), 'base64url').toString();
}
