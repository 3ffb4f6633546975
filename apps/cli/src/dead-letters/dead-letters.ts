import { ValidationError, topicPrefix, type Clock } from '@batchmill/contracts';
import { deadLetterSuffix, type Bus, type IncomingMessage } from '@batchmill/bus';
import { checkPlace } from '@batchmill/service';
import type { Collection, Store } from '@batchmill/store';
import { deadLetterFrom, originalOf, type DeadLetter } from './dead-letter.js';

/** Stored for a letter that was redriven. `letterAt` distinguishes it from a letter at the same offset of a recreated topic. */
interface Redriven {
  readonly [field: string]: unknown;
  readonly _id: string;
  readonly letterAt: Date;
  readonly at: Date;
}

export interface StoredLetter {
  readonly letter: DeadLetter;
  readonly message: IncomingMessage;
  /** Null means that it was not redriven. */
  readonly redrivenAt: Date | null;
}

/** The dead letters of all topics. The bus keeps the letters, and the store keeps which of them were redriven. */
export class DeadLetters {
  private readonly redriven: Collection<Redriven>;

  constructor(
    private readonly bus: Bus,
    private readonly store: Store,
    private readonly clock: Clock,
    /** The topics of all events, without a prefix. */
    private readonly topics: readonly string[],
  ) {
    this.redriven = store.collection<Redriven>('redriven');
  }

  /** Yields the letters of one event or topic, or of all, each topic from its oldest letter to its newest. */
  async *find(topic?: string): AsyncIterable<StoredLetter> {
    for (const origin of topic === undefined ? this.topics : [this.#topicNamed(topic)]) {
      for await (const message of this.bus.read(origin + deadLetterSuffix)) {
        const letter = deadLetterFrom(message);
        yield { letter, message, redrivenAt: await this.redrivenAt(letter) };
      }
    }
  }

  /** Rejects with a ValidationError `dlt.unknown` when there is no such letter. */
  async get(id: string): Promise<StoredLetter> {
    const [event] = id.split('/');
    if (event !== undefined && this.topics.includes(topicPrefix + event)) {
      for await (const stored of this.find(event)) if (stored.letter.id === id) return stored;
    }
    throw new ValidationError('dlt.unknown', `there is no dead letter ${id}; batchmill dlt list shows all`);
  }

  /**
   * Publishes the original message to its topic, then marks the letter as redriven. Rejects for a letter that was redriven,
   * because a message that fails again gets a newer letter, and with `installation.elsewhere` when the state was worked on at
   * another place: on a shared bus the letter may be of the original. After a crash between the two steps a message may be
   * published twice, as any message may.
   */
  async redrive({ letter, message, redrivenAt }: StoredLetter): Promise<void> {
    if (redrivenAt !== null) {
      throw new ValidationError(
        'dlt.already-redriven',
        `${letter.id} was already redriven, at ${redrivenAt.toISOString()}; if its message failed again, batchmill dlt list shows a newer letter`,
      );
    }
    await checkPlace(this.store);
    await this.bus.publish([originalOf(message)]);
    const at = this.clock.now();
    await this.redriven.updateOne({ _id: letter.id }, { $set: { letterAt: letter.at, at } }, { upsert: true });
  }

  private async redrivenAt({ id, at }: DeadLetter): Promise<Date | null> {
    const redriven = await this.redriven.findOne({ _id: id, letterAt: at });
    return redriven?.at ?? null;
  }

  /** Accepts `run.requested`, `batchmill.run.requested` and `batchmill.run.requested.dlt`, the latter two also with a prefix. */
  #topicNamed(name: string): string {
    const bare = name.endsWith(deadLetterSuffix) ? name.slice(0, -deadLetterSuffix.length) : name;
    const topic = this.topics.find((known) => bare.endsWith(known) || known === topicPrefix + bare);
    if (topic !== undefined) return topic;
    const known = this.topics.map((each) => each.slice(topicPrefix.length)).join(', ');
    throw new ValidationError('dlt.no-topic', `${name}: there is no such topic, expected one of ${known}`);
  }
}
