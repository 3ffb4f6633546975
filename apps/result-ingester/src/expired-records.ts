import { Clock } from '@batchmill/contracts';
import { Inbox, RunRecords, type Transitions } from '@batchmill/records';
import { EngineSettings, Every, Stage } from '@batchmill/stage';
import { Log } from '@batchmill/telemetry';

/** The most runs of one sweep, so that a backlog does not hold up other work. */
const mostRuns = 50;

/** Deletes the records of runs that ended longer ago than the setting. The ledger stays. */
@Stage({ name: 'result-ingester', produces: [] })
export class ExpiredRecords {
  constructor(
    private readonly records: RunRecords,
    private readonly inbox: Inbox,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  @Every({ setting: 'sweepMs' })
  async *sweep(): Transitions {
    const { keepRecordsMs } = this.settings;
    if (keepRecordsMs === null) return;
    const before = new Date(this.clock.now().getTime() - keepRecordsMs);
    let left = mostRuns;
    for await (const run of this.records.deletable(before)) {
      const { runs } = await this.records.delete(run);
      if (runs > 0) this.log.info('the records of an ended run were deleted', { runId: run._id });
      left -= 1;
      if (left === 0) break;
    }
    await this.inbox.deleteBefore(before);
  }
}
