import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@batchmill/contracts';
import type { Member } from './member.js';
import type { MessageLog, PartitionOfGroup } from './message-log.js';
import { redeliveryPause } from '../redelivery-pause.js';

export interface Reading {
  readonly log: MessageLog;
  readonly clock: Clock;
  readonly redeliveryPauseMs: number;
}

/**
 * Brings the messages of one partition to the members of one group, one at a time and in their order, and commits each
 * when its handler has resolved. Ends when the group has no member for it any more.
 */
export class PartitionReader {
  private published = new AbortController();
  private interrupted = new AbortController();
  private hasEnded = false;

  constructor(
    private readonly place: PartitionOfGroup,
    private readonly nextMember: () => Member | null,
    private readonly reading: Reading,
  ) {}

  get ended(): boolean {
    return this.hasEnded;
  }

  /** Something was published here. A message that failed keeps its pause. */
  wake(): void {
    this.published.abort();
  }

  /** The members have changed: looks at once, whatever it waits for. */
  interrupt(): void {
    this.interrupted.abort();
    this.published.abort();
  }

  async run(): Promise<void> {
    let failures = 0;
    for (let member = this.nextMember(); member; member = this.nextMember()) {
      this.published = new AbortController();
      this.interrupted = new AbortController();
      const outcome = await member.during(this.deliver(member));
      failures = outcome === 'failed' ? failures + 1 : 0;
      if (outcome === 'nothing') await aborted(this.published.signal);
      if (outcome === 'failed') await this.pause(failures);
      await nextTurn(); // a long backlog leaves room for timers and sockets
    }
    this.hasEnded = true;
  }

  /** What a handler rejects with is for the handler to report: here it only means that the message comes again. */
  private async deliver(member: Member): Promise<'committed' | 'nothing' | 'failed'> {
    try {
      const message = this.reading.log.next(this.place);
      if (!message) return 'nothing';
      await member.handle(message);
      this.reading.log.commit(this.place.group, message);
      return 'committed';
    } catch {
      return 'failed';
    }
  }

  private async pause(failures: number): Promise<void> {
    const ms = redeliveryPause(this.reading.redeliveryPauseMs, failures);
    await this.reading.clock.sleep(ms, this.interrupted.signal);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
