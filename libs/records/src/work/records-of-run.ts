import { Records } from './records.js';
import type { WorkRecord } from './work-record.js';

/** Records of which each belongs to one run, named in its `runId`. */
export abstract class RecordsOfRun<T extends WorkRecord & { readonly runId: string }> extends Records<T> {
  override runOf({ runId }: T): string {
    return runId;
  }

  /** All records of a run, in no order. */
  ofRun(runId: string): AsyncIterable<T> {
    return this.collection.find({ runId });
  }

  /** How many records of a run are in a state. */
  async countOfRun(runId: string, state: T['state']): Promise<number> {
    return this.collection.count({ runId, state });
  }

  /** Deletes a run's records in a state. Those with events that are not published stay. Returns how many were deleted. */
  async deleteOfRun(runId: string, state: T['state']): Promise<number> {
    return this.deleteWhere({ runId, state });
  }

  /** Makes a run's records in a state due now. What is parked or backs off stays so. */
  async makeDue(runId: string, state: T['state']): Promise<void> {
    await this.collection.updateMany({ runId, state }, { $set: { nextAt: this.clock.now() }, $inc: { signals: 1 } });
  }
}
