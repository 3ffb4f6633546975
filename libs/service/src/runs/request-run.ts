import { envelopeOf, headersOf, type Event } from '@batchmill/contracts';
import { type RunRequested } from '@batchmill/contracts/events';
import { checkBatchable, planRun } from '@batchmill/pipeline';
import { checkSameRun, runRequestOf, type Run, type RunPrediction } from '@batchmill/records';
import { traceparentOf } from '@batchmill/telemetry';
import type { Engine } from '../engine.js';
import { predictRun } from '../estimate/predict-run.js';
import { checkPlace } from '../installation.js';
import { checkRunId } from './run-id.js';

/**
 * Records a run and publishes its request: the run starts even if the message is lost. The id of an existing run continues
 * that run. Rejects with a ValidationError when the existing run was requested differently. `predicts`: an estimate is kept with a run
 * that is new.
 */
export async function requestRun(
  engine: Engine,
  request: RunRequested,
  { predicts = false }: { readonly predicts?: boolean } = {},
): Promise<void> {
  const existing = await findRun(engine, request);
  await checkPlace(engine.store, engine.engineSettings.installation);
  const predicted = predicts && existing === null ? await predictRun(engine, request) : null;
  if (!(await recordRun(engine, request, predicted))) await publishEvent(engine, request);
}

/** False: a run of that id is recorded already, or the request names none. */
async function recordRun(
  { runs, hostDependencies }: Engine,
  request: RunRequested,
  predicted: RunPrediction | null,
): Promise<boolean> {
  if (request.runId === undefined) return false;
  const run = runs.new(request.runId, runRequestOf(request), traceparentOf(), predicted);
  return hostDependencies.publisher.commit(runs.insert(run, request));
}

/**
 * Rejects with the ValidationError with which a stage would reject the run. Called before any stage runs, so that nothing
 * has started.
 */
export async function checkRequest(engine: Engine, request: RunRequested): Promise<void> {
  const existing = await findRun(engine, request);
  // The stage checks a run that has begun: it knows the parameters with which it began.
  if (existing !== null && existing.request !== null) return;
  const { pipeline, endpoint, functions, parameters, redo } = request;
  const plan = planRun(engine.pipelines.get(pipeline), { endpoint, functions, parameters, redo });
  checkBatchable(plan, engine.provider.profile);
}

/**
 * Publishes an event as any producer may: a request or another command. Rejects with `installation.elsewhere` when the state
 * was worked on at another place or renewed: the event would name an installation that continues elsewhere, or none.
 */
export async function publishEvent({ bus, store, ids, clock, engineSettings }: Engine, event: Event): Promise<void> {
  await checkPlace(store, engineSettings.installation);
  const envelope = envelopeOf(event, { id: ids.next(), at: clock.now(), traceparent: traceparentOf() });
  const headers = headersOf(envelope, '/batchmill/client', engineSettings.installation);
  await bus.publish([{ topic: envelope.topic, key: envelope.key, value: envelope.data, headers }]);
}

/** The existing run that a request continues; null: it begins one. Rejects as `requestRun` does. */
async function findRun({ runs }: Engine, request: RunRequested): Promise<Run | null> {
  if (request.runId === undefined) return null;
  checkRunId(request.runId);
  const existing = await runs.get(request.runId);
  if (existing !== null) checkSameRun(existing, request);
  return existing;
}
