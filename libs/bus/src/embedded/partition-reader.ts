import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@batchmill/contracts';
import type { Member } from './member.js';
import type { MessageLog, PartitionOfGroup } from './message-log.js';
import { redeliveryPause } from '../redelivery-pause.js';

export interface ReaderOptions {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly redeliveryPauseMs: number;
}

/**
 * Delivers the messages of one partition to the members of one group, one at a time and in order. Commits each message
 * after its handler has resolved. Ends when the group has no member for the partition any more.
 */
export class PartitionReader {
  private published = new AbortController();
  private interrupted = new AbortController();
  private hasEnded = false;

  constructor(
    private readonly partition: PartitionOfGroup,
    private readonly nextMember: () => Member | null,
    private readonly options: ReaderOptions,
  ) {}

  get ended(): boolean {
    return this.hasEnded;
  }

  /** Signals new messages in the partition. The pause after a failure is not shortened. */
  signal(): void {
    this.published.abort();
  }

  /** Signals a change of the members. Ends every wait, also the pause after a failure. */
  interrupt(): void {
    this.interrupted.abort();
    this.published.abort();
  }

  async run(): Promise<void> {
    let failures = 0;
    for (let member = this.nextMember(); member; member = this.nextMember()) {
      this.published = new AbortController();
      this.interrupted = new AbortController();
      const outcome = await member.track(this.deliver(member));
      failures = outcome === 'failed' ? failures + 1 : 0;
      if (outcome === 'no message') await aborted(this.published.signal);
      if (outcome === 'failed') await this.pause(failures);
      await nextTurn(); // so that a long backlog does not block timers and sockets
    }
    this.hasEnded = true;
  }

  /** The handler reports its own errors. Here a rejection only means that the message is redelivered. */
  private async deliver(member: Member): Promise<'committed' | 'no message' | 'failed'> {
    try {
      const message = this.options.log.next(this.partition);
      if (!message) return 'no message';
      await member.handle(message);
      this.options.log.commit(this.partition.group, message);
      return 'committed';
    } catch {
      return 'failed';
    }
  }

  private async pause(failures: number): Promise<void> {
    const ms = redeliveryPause(this.options.redeliveryPauseMs, failures);
    await this.options.clock.sleep(ms, this.interrupted.signal);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
