import type { Batches } from '../batches.js';
import type { Claims } from '../claims.js';
import type { Notifications } from '../notifications.js';
import type { Run, Runs } from '../runs.js';
import type { Spendings } from '../spending/spendings.js';

interface Sources {
  readonly runs: Runs;
  readonly claims: Claims;
  readonly batches: Batches;
  readonly notifications: Notifications;
  readonly spendings: Spendings;
}

/** How many records of each kind. */
export type RecordCounts = Readonly<Record<'runs' | 'claims' | 'batches' | 'notifications', number>>;

/** The records of runs that have ended and have no texts any more. The ledger is not among them. */
export class RunRecords {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The runs whose records may be deleted, because nothing of them has changed since a time. The oldest first. */
  deletable(before: Date): AsyncIterable<Run> {
    return this.#sources.runs.endedBefore(before, { withTexts: false });
  }

  /** How many records `delete` would delete. */
  async count({ _id: runId }: Run): Promise<RecordCounts> {
    const { claims, batches, notifications } = this.#sources;
    const countOf = async (records: AsyncIterable<unknown>): Promise<number> => (await Array.fromAsync(records)).length;
    return {
      runs: 1,
      claims: await claims.countOfRun(runId, 'done'),
      batches: await batches.countOfRun(runId, 'ingested'),
      notifications: await countOf(notifications.ofRun(runId)),
    };
  }

  /** The run comes last, so that a process that dies is followed by another. What has an event to publish stays, and so does its run. */
  async delete({ _id: runId }: Run): Promise<RecordCounts> {
    const { runs, claims, batches, notifications, spendings } = this.#sources;
    const deleted = {
      notifications: await notifications.deleteOfRun(runId),
      batches: await batches.deleteOfRun(runId, 'ingested'),
      claims: await claims.deleteOfRun(runId, 'done'),
    };
    const left = await Promise.all([batches.countOfRun(runId, 'ingested'), claims.countOfRun(runId, 'done')]);
    const isAlone = left.every((count) => count === 0);
    if (isAlone) await spendings.deleteOfRun(runId);
    return { ...deleted, runs: isAlone && (await runs.deleteEnded(runId)) ? 1 : 0 };
  }
}
