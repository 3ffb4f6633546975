import {
  RunCancelRequested,
  RunPauseRequested,
  RunRequested,
  RunResumeRequested,
  type Event,
  type FieldsOf,
  envelopeOf,
  headersOf,
} from '@batchmill/contracts';
import { endedRunStates, type Run } from '@batchmill/records';
import { eventually, type TestEngine } from '@batchmill/testing';

/** Asks for a run as any producer would, and waits until it has ended. */
export async function runToTheEnd(
  bundle: TestEngine,
  request: FieldsOf<RunRequested> & { runId: string },
  withinMs?: number,
): Promise<Run> {
  await askForRun(bundle, request);
  return endOf(bundle, request.runId, withinMs);
}

export async function askForRun(bundle: TestEngine, request: FieldsOf<RunRequested>): Promise<void> {
  await publish(bundle, new RunRequested(request));
}

export async function askToCancel(bundle: TestEngine, runId: string): Promise<void> {
  await publish(bundle, new RunCancelRequested({ runId }));
}

export async function askToPause(bundle: TestEngine, runId: string): Promise<void> {
  await publish(bundle, new RunPauseRequested({ runId }));
}

export async function askToResume(bundle: TestEngine, runId: string): Promise<void> {
  await publish(bundle, new RunResumeRequested({ runId }));
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
    const said = log.lines.filter(({ level }) => level !== 'debug' && level !== 'info').slice(-10);
    throw new Error(`${String(error)}\n${said.map((one) => JSON.stringify(one)).join('\n')}`);
  });
}

async function publish({ engine }: TestEngine, event: Event): Promise<void> {
  const envelope = envelopeOf(event, { id: engine.ids.next(), at: engine.clock.now(), traceparent: null });
  await engine.bus.publish([
    { topic: envelope.topic, key: envelope.key, value: envelope.data, headers: headersOf(envelope, '/batchmill/test') },
  ]);
}
