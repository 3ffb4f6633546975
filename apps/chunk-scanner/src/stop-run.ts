import type { Leased, Run } from '@batchmill/records';

/** Ends the scan of a run for a reason, which makes it end as incomplete. It does nothing when the run has a reason already. */
export async function stopRun(run: Leased<Run>, reason: string): Promise<void> {
  if (run.data.reason !== null) return;
  await run.save({ scan: { ...run.data.scan, ended: true }, reason });
}
