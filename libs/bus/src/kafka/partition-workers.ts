import { PartitionWorker, type Delivery } from './partition-worker.js';

/** One for each partition that a member has had. They are kept: a message whose commit was lost is known when it comes again. */
export class PartitionWorkers {
  private readonly workers = new Map<string, PartitionWorker>();

  constructor(private readonly delivery: Delivery) {}

  of(topic: string, partition: number): PartitionWorker {
    const place = `${topic}/${partition}`;
    const worker = this.workers.get(place) ?? new PartitionWorker(this.delivery);
    this.workers.set(place, worker);
    return worker;
  }

  /** Resolves when nothing is being handled or committed. */
  async idle(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.idle()));
  }
}
