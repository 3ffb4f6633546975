import type { PartitionOffset } from './group-link.js';

/** Commits one at a time. What is to be committed during a commit goes into the next one, together. */
export class OffsetCommits {
  private waiting: { readonly offset: PartitionOffset; readonly done: PromiseWithResolvers<undefined> }[] = [];
  private isSending = false;

  constructor(private readonly send: (offsets: readonly PartitionOffset[]) => Promise<void>) {}

  async commit(offset: PartitionOffset): Promise<void> {
    const done = Promise.withResolvers<undefined>();
    this.waiting.push({ offset, done });
    if (!this.isSending) void this.sendAll();
    await done.promise;
  }

  private async sendAll(): Promise<void> {
    this.isSending = true;
    while (this.waiting.length > 0) {
      const sent = this.waiting;
      this.waiting = [];
      try {
        await this.send(sent.map(({ offset }) => offset));
        for (const { done } of sent) done.resolve(undefined);
      } catch (error) {
        for (const { done } of sent) done.reject(error);
      }
    }
    this.isSending = false;
  }
}
