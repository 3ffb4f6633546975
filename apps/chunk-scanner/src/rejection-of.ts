import { RunRejected, type Clock } from '@batchmill/contracts';
import type { Leased, Run, Transition } from '@batchmill/records';

export function rejectionOf(run: Leased<Run>, reason: string, clock: Clock): Transition<RunRejected> {
  const { pipeline } = run.data;
  return run
    .with({ reason, finishedAt: clock.now() })
    .to('rejected', new RunRejected({ runId: run.id, pipeline, reason }));
}
