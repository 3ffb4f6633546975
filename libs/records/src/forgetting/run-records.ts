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

const nothing: RecordCounts = { runs: 0, claims: 0, batches: 0, notifications: 0 };

/** The records of runs that have ended and have no texts any more. The ledger is not among them. */
export class RunRecords {
  readonly #sources: Sources;

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  /** The runs whose records may be deleted, because nothing of them has changed since a time. The oldest first. */
  async *deletable(before: Date): AsyncGenerator<Run, void, undefined> {
    for await (const run of this.#sources.runs.endedBefore(before, { withTexts: false })) {
      if ((await this.whyNeeded(run)) === null) yield run;
    }
  }

  /** Why the records of a run are still needed; null: they are not. Without them nobody knows whose a file at the provider is. */
  async whyNeeded({ _id }: Run): Promise<string | null> {
    const left = await this.#sources.batches.countLeftFilesOfRun(_id);
    return left === 0 ? null : `${left} ${left === 1 ? 'file of it is' : 'files of it are'} still at the provider`;
  }

  /** How many records `delete` would delete. */
  async count(run: Run): Promise<RecordCounts> {
    if ((await this.whyNeeded(run)) !== null) return nothing;
    const runId = run._id;
    const { claims, batches, notifications } = this.#sources;
    const countOf = async (records: AsyncIterable<unknown>): Promise<number> => (await Array.fromAsync(records)).length;
    return {
      runs: 1,
      claims: await claims.countOfRun(runId, 'done'),
      batches: await batches.countOfRun(runId, 'ingested'),
      notifications: await countOf(notifications.ofRun(runId)),
    };
  }

  /**
   * Deletes them unless they are needed. The run comes last, so that a process that dies is followed by another. What has an event to
   * publish stays, and so does its run.
   */
  async delete(run: Run): Promise<RecordCounts> {
    if ((await this.whyNeeded(run)) !== null) return nothing;
    const runId = run._id;
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
