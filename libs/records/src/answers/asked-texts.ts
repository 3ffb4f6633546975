import type { Collection, Fields, Store } from '@batchmill/store';
import { preparedOnce } from '../prepared-once.js';

/** Who asks for the embedding of a text: a document of a claim, by its index in it. */
export interface Asker {
  readonly claimId: string;
  readonly member: number;
}

/** `_id` is the run with the hash of the text. */
interface AskedText extends Fields, Asker {
  readonly _id: string;
  readonly runId: string;
}

/**
 * Which document of a run asks for the embedding of a text, while that is on its way: the batches of a run are built long before the first
 * of them is answered. Others with the same text wait for its vector. They are deleted at the end of the run.
 */
export class AskedTexts {
  readonly #collection: Collection<AskedText>;
  readonly #prepare: () => Promise<void>;

  constructor(store: Store) {
    this.#collection = store.collection<AskedText>('asked_texts');
    this.#prepare = preparedOnce(async () => this.#collection.ensureIndex({ keys: { runId: 1 } }));
  }

  /** Notes who asks for texts, by their hashes. Returns who does: it is another one where that came first. */
  async ask(runId: string, askers: ReadonlyMap<string, Asker>): Promise<ReadonlyMap<string, Asker>> {
    if (askers.size === 0) return new Map();
    await this.#prepare();
    const hashOf = new Map([...askers.keys()].map((hash) => [`${runId} ${hash}`, hash]));
    // Of two processes that create the same one at once, the store refuses one, and the other stands.
    await this.#collection.bulk(
      [...askers].map(([hash, { claimId, member }]) => ({
        filter: { _id: `${runId} ${hash}` },
        update: { $setOnInsert: { runId, claimId, member } },
        upsert: true,
      })),
    );
    const asked = new Map<string, Asker>();
    for await (const { _id, claimId, member } of this.#collection.find({ _id: { $in: [...hashOf.keys()] } })) {
      asked.set(hashOf.get(_id) ?? '', { claimId, member });
    }
    return asked;
  }

  async deleteOfRun(runId: string): Promise<void> {
    await this.#collection.deleteMany({ runId });
  }
}
