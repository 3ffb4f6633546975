import { ValidationError, events, topicOf, topicPrefix, type Clock } from '@batchmill/contracts';
import { deadLetterSuffix, type Bus, type IncomingMessage } from '@batchmill/bus';
import type { Collection, Store } from '@batchmill/store';
import { deadLetterFrom, originalOf, type DeadLetter } from './dead-letter.js';

/** Remembered of a letter that was redriven. `letterAt` tells it from one of the same place in a topic made anew. */
interface Redriven {
  readonly [field: string]: unknown;
  readonly _id: string;
  readonly letterAt: Date;
  readonly at: Date;
}

export interface FoundLetter {
  readonly letter: DeadLetter;
  readonly message: IncomingMessage;
  /** Null: not yet. */
  readonly redrivenAt: Date | null;
}

/** The dead letters of every topic. The bus keeps them; the store remembers which were redriven. */
export class DeadLetters {
  private readonly redriven: Collection<Redriven>;

  constructor(
    private readonly bus: Bus,
    store: Store,
    private readonly clock: Clock,
  ) {
    this.redriven = store.collection<Redriven>('redriven');
  }

  /** Of one event or topic, or of all, each topic from its oldest letter to its newest. */
  async *find(topic?: string): AsyncIterable<FoundLetter> {
    for (const origin of topic === undefined ? topics : [topicNamed(topic)]) {
      for await (const message of this.bus.read(origin + deadLetterSuffix)) {
        const letter = deadLetterFrom(message);
        yield { letter, message, redrivenAt: await this.redrivenAt(letter) };
      }
    }
  }

  /** Rejects with a ValidationError when there is no such letter. */
  async get(id: string): Promise<FoundLetter> {
    const [event] = id.split('/');
    if (event !== undefined && topics.includes(topicPrefix + event)) {
      for await (const found of this.find(event)) if (found.letter.id === id) return found;
    }
    throw new ValidationError('dlt.unknown', `there is no dead letter ${id}; batchmill dlt list shows those there are`);
  }

  /**
   * Publishes the original to its topic again, then remembers it. A letter that was redriven is refused: when its message
   * failed again, there is a newer letter. After a crash between the two it may go twice, as any message may.
   */
  async redrive({ letter, message, redrivenAt }: FoundLetter): Promise<void> {
    if (redrivenAt !== null) {
      throw new ValidationError(
        'dlt.redriven-already',
        `${letter.id} was redriven already, at ${redrivenAt.toISOString()}; had it failed again, there would be a newer letter in batchmill dlt list`,
      );
    }
    await this.bus.publish([originalOf(message)]);
    const at = this.clock.now();
    await this.redriven.updateOne({ _id: letter.id }, { $set: { letterAt: letter.at, at } }, { upsert: true });
  }

  private async redrivenAt({ id, at }: DeadLetter): Promise<Date | null> {
    const redriven = await this.redriven.findOne({ _id: id, letterAt: at });
    return redriven?.at ?? null;
  }
}

const topics = events.map(topicOf);

/** Takes `run.requested`, `batchmill.run.requested` and `batchmill.run.requested.dlt`. */
function topicNamed(name: string): string {
  const bare = name.endsWith(deadLetterSuffix) ? name.slice(0, -deadLetterSuffix.length) : name;
  const topic = topics.find((known) => known === bare || known === topicPrefix + bare);
  if (topic !== undefined) return topic;
  const known = events.map(({ event }) => event).join(', ');
  throw new ValidationError('dlt.no-topic', `${name}: there is no such topic; wanted one of ${known}`);
}
