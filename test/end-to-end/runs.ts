import {
  RunCancelRequested,
  RunPauseRequested,
  RunRequested,
  RunResumeRequested,
  type Event,
  type FieldsOf,
  factOf,
  headersOf,
} from '@batchmill/contracts';
import { endedRunStates, type Run } from '@batchmill/records';
import { eventually, type TestLine } from '@batchmill/testing';

/** Asks for a run as any producer would, and waits until it has ended. */
export async function runToTheEnd(
  bundle: TestLine,
  request: FieldsOf<RunRequested> & { runId: string },
  withinMs?: number,
): Promise<Run> {
  await askForRun(bundle, request);
  return endOf(bundle, request.runId, withinMs);
}

export async function askForRun(bundle: TestLine, request: FieldsOf<RunRequested>): Promise<void> {
  await publish(bundle, new RunRequested(request));
}

export async function askToCancel(bundle: TestLine, runId: string): Promise<void> {
  await publish(bundle, new RunCancelRequested({ runId }));
}

export async function askToPause(bundle: TestLine, runId: string): Promise<void> {
  await publish(bundle, new RunPauseRequested({ runId }));
}

export async function askToResume(bundle: TestLine, runId: string): Promise<void> {
  await publish(bundle, new RunResumeRequested({ runId }));
}

export async function endOf({ line, log }: TestLine, runId: string, withinMs?: number): Promise<Run> {
  return eventually(
    `the end of run ${runId}`,
    async () => {
      const run = await line.runs.get(runId);
      return run !== null && endedRunStates.includes(run.state) && run;
    },
    withinMs,
  ).catch((error: unknown) => {
    const said = log.lines.filter(({ level }) => level !== 'debug' && level !== 'info').slice(-10);
    throw new Error(`${String(error)}\n${said.map((one) => JSON.stringify(one)).join('\n')}`);
  });
}

async function publish({ line }: TestLine, event: Event): Promise<void> {
  const fact = factOf(event, { id: line.ids.next(), at: line.clock.now(), traceparent: null });
  await line.bus.publish([
    { topic: fact.topic, key: fact.key, value: fact.data, headers: headersOf(fact, '/batchmill/test') },
  ]);
}
