import type { BulkUpdate, Collection, Fields, Store } from '@batchmill/store';
import { preparedOnce } from '../prepared-once.js';

/** Who asks for the embedding of a text: a document, and the claim in which it asks. */
export interface Asker {
  readonly claimId: string;
  /** A hash of the document's id. */
  readonly document: string;
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

  /**
   * Notes who asks for texts, by their hashes. Returns who does: it is another one where that came first. A document that is in another
   * claim by now, as after its batch was halved, asks in that one.
   */
  async ask(runId: string, askers: ReadonlyMap<string, Asker>): Promise<ReadonlyMap<string, Asker>> {
    if (askers.size === 0) return new Map();
    await this.#prepare();
    const hashOf = new Map([...askers.keys()].map((hash) => [`${runId} ${hash}`, hash]));
    // Of two processes that create the same one at once, the store refuses one, and the other stands.
    const { matched, refused } = await this.#collection.bulk(
      [...askers].map(([hash, { claimId, document }]) => ({
        filter: { _id: `${runId} ${hash}` },
        update: { $setOnInsert: { runId, claimId, document } },
        upsert: true,
      })),
    );
    if (matched === 0 && refused.length === 0) return askers; // nobody has asked for one of them
    const asked = new Map<string, Asker>();
    const moved: BulkUpdate[] = [];
    for await (const { _id, claimId, document } of this.#collection.find({ _id: { $in: [...hashOf.keys()] } })) {
      const hash = hashOf.get(_id) ?? '';
      const own = askers.get(hash);
      const hasMoved = own?.document === document && own.claimId !== claimId;
      asked.set(hash, hasMoved ? own : { claimId, document });
      if (hasMoved) moved.push({ filter: { _id, document }, update: { $set: { claimId: own.claimId } } });
    }
    if (moved.length > 0) await this.#collection.bulk(moved);
    return asked;
  }

  async deleteOfRun(runId: string): Promise<void> {
    await this.#collection.deleteMany({ runId });
  }
}
