import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { BatchEngine } from '../batches/batch-engine.js';
import type { Fault } from '../faults/fault-injector.js';
import type { FaultOn } from '../faults/fault-catalogue.js';
import type { Simulation } from '../simulation.js';
import { refusalNamed } from '../faults/refusals.js';
import { errorOfStatus, refusedError } from './openai-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which rules apply to the calls of this route. */
    faultOn?: FaultOn;
  }
  interface FastifyRequest {
    /** Faults of this call that its route or its answer still has to apply. */
    faults: readonly Fault[];
  }
}

/** Applies the rules to calls: delays and refusals before the route, lost answers after it. */
export function addHttpFaults(app: FastifyInstance, engine: BatchEngine, simulation: Simulation): void {
  const none: readonly Fault[] = [];
  app.decorateRequest('faults', { getter: () => none });

  app.addHook('preHandler', async (request) => {
    const { faultOn } = request.routeOptions.config;
    if (faultOn === undefined || simulation.faults.standing.length === 0) return;
    const faults = simulation.faults.fire(faultOn, subjectsOf(request, engine));
    simulation.faults.save();
    Object.defineProperty(request, 'faults', { value: faults });
    for (const { what, value } of faults) {
      if (what === 'delay' && typeof value === 'number') await wait(value);
      if (what !== 'status' && what !== 'refused') continue;
      // A refused upload is read to its end, so that the client sees the answer.
      if (faultOn === 'files.create') await drain(request);
      if (what === 'refused') throw refusedError(refusalNamed(value));
      throw errorOfStatus(Number(value ?? (faultOn === 'files.content' ? 502 : 500)));
    }
  });

  app.addHook('onSend', async (request, _reply, payload) => {
    if (request.faults.some(({ what }) => what === 'drop-answer')) request.raw.socket.destroy();
    return payload;
  });
}

/** Where a rule's `match` is searched. */
function subjectsOf(request: FastifyRequest, engine: BatchEngine): string[] {
  const { id } = request.params as { id?: string }; // routes without an id have none
  const { metadata } = (request.body ?? {}) as { metadata?: unknown };
  const batch = id === undefined ? undefined : engine.find(id);
  return [request.url, JSON.stringify(metadata ?? null), JSON.stringify(batch?.metadata ?? null)];
}

async function drain(request: FastifyRequest): Promise<void> {
  request.raw.resume();
  await once(request.raw, 'end');
}
