import { drainingStages, reprocessingStages, stages } from '@batchmill/all-in-one';
import { ValidationError } from '@batchmill/contracts';
import {
  BatchAbandonRequested,
  BatchCancelRequested,
  BatchProcessRequested,
  BatchReprocessRequested,
} from '@batchmill/contracts/events';
import type { Batch } from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { EngineCommand } from './send-command.js';

export function processCommand(id: string, before: Batch): EngineCommand {
  return {
    event: new BatchProcessRequested({ batchId: id }),
    stages: drainingStages,
    // Done once the batch was polled and is still in progress, or once it is ingested.
    isDone: async (engine) => {
      const { state, parked, provider } = await batchOf(engine, id);
      const isPolled = state === 'submitted' && (provider?.polls ?? 0) > (before.provider?.polls ?? 0);
      return parked || isPolled || state === 'ingested';
    },
  };
}

export function cancelCommand(id: string): EngineCommand {
  return {
    event: new BatchCancelRequested({ batchId: id }),
    stages: drainingStages,
    // A batch that was not submitted yet is settled by the submitter later, and never submitted.
    isDone: async (engine) => {
      const { state, parked, cancelRequestedAt } = await batchOf(engine, id);
      return parked || state === 'ingested' || (state === 'built' && cancelRequestedAt !== null);
    },
  };
}

export function reprocessCommand(batches: readonly Batch[]): EngineCommand {
  const endedBefore = new Map(batches.map(({ _id, reprocessing }) => [_id, reprocessing?.endedAt?.getTime()]));
  return {
    event: batches.map(({ _id }) => new BatchReprocessRequested({ batchId: _id })),
    stages: reprocessingStages,
    isDone: async (engine) => {
      const now = await Promise.all(batches.map(({ _id }) => batchOf(engine, _id)));
      return now.every(({ _id, state, parked, reprocessing }) => {
        const endedAt = reprocessing?.endedAt?.getTime();
        return parked || (state === 'ingested' && endedAt !== undefined && endedAt !== endedBefore.get(_id));
      });
    },
  };
}

export function abandonCommand(batch: Batch, fail: boolean): EngineCommand {
  return {
    event: new BatchAbandonRequested({ batchId: batch._id, fail }),
    stages,
    batch,
    isDone: async (engine) => {
      const { state, parked, abandonment } = await batchOf(engine, batch._id);
      return state === 'ingested' || (parked && abandonment != null);
    },
  };
}

/** By our id or by the provider's. */
export async function batchOf(engine: Engine, id: string): Promise<Batch> {
  const batch = (await engine.batches.get(id)) ?? (await engine.batches.ofProviderBatch(id));
  if (batch !== null) return batch;
  throw new ValidationError('batch.unknown', `there is no batch ${id}; batchmill batch list shows all`);
}
