import { type Event, type FieldsOf, envelopeOf, headersOf } from '@batchmill/contracts';
import {
  BatchAbandonRequested,
  BatchReprocessRequested,
  RunCancelRequested,
  RunPauseRequested,
  RunRequested,
  RunResumeRequested,
} from '@batchmill/contracts/events';
import { endedRunStates, type Reprocessing, type Run } from '@batchmill/records';
import { eventually, type TestEngine } from '@batchmill/testing';

/** Requests a run as any producer would, and waits until it has ended. */
export async function runToTheEnd(
  bundle: TestEngine,
  request: FieldsOf<RunRequested> & { runId: string },
  withinMs?: number,
): Promise<Run> {
  await requestRun(bundle, request);
  return endOf(bundle, request.runId, withinMs);
}

export async function requestRun(bundle: TestEngine, request: FieldsOf<RunRequested>): Promise<void> {
  await publish(bundle, new RunRequested(request));
}

export async function requestCancel(bundle: TestEngine, runId: string): Promise<void> {
  await publish(bundle, new RunCancelRequested({ runId }));
}

export async function requestAbandon(bundle: TestEngine, batchId: string, fail?: boolean): Promise<void> {
  await publish(bundle, new BatchAbandonRequested({ batchId, ...(fail !== undefined && { fail }) }));
}

export async function requestPause(bundle: TestEngine, runId: string): Promise<void> {
  await publish(bundle, new RunPauseRequested({ runId }));
}

export async function requestResume(bundle: TestEngine, runId: string): Promise<void> {
  await publish(bundle, new RunResumeRequested({ runId }));
}

/** Asks for a batch's kept answers to be reprocessed, and waits until they are. */
export async function reprocess(bundle: TestEngine, batchId: string): Promise<Reprocessing> {
  const before = (await bundle.engine.batches.get(batchId))?.reprocessing?.endedAt?.getTime();
  await publish(bundle, new BatchReprocessRequested({ batchId }));
  return eventually(`the reprocessing of batch ${batchId}`, async () => {
    const batch = await bundle.engine.batches.get(batchId);
    const reprocessing = batch?.reprocessing ?? null;
    const isEnded = reprocessing?.endedAt != null && reprocessing.endedAt.getTime() !== before;
    return batch?.state === 'ingested' && isEnded ? reprocessing : null;
  });
}

export async function endOf({ engine, log }: TestEngine, runId: string, withinMs = 600_000): Promise<Run> {
  return eventually(
    `the end of run ${runId}`,
    async () => {
      const run = await engine.runs.get(runId);
      return run !== null && endedRunStates.includes(run.state) && run;
    },
    withinMs,
  ).catch((error: unknown) => {
    const warnings = log.lines.filter(({ level }) => level !== 'debug' && level !== 'info').slice(-10);
    throw new Error(`${String(error)}\n${warnings.map((one) => JSON.stringify(one)).join('\n')}`);
  });
}

export async function publish({ engine }: TestEngine, event: Event): Promise<void> {
  const envelope = envelopeOf(event, { id: engine.ids.next(), at: engine.clock.now(), traceparent: null });
  await engine.bus.publish([
    { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/batchmill/test') },
  ]);
}
