import { DuplicateKeyError, type BulkUpdate, type Collection, type Fields, type Store } from '@batchmill/store';
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
    const texts = [...askers].map(([hash, asker]) => ({ _id: `${runId} ${hash}`, runId, ...asker }));
    if (await this.#areNew(texts)) return askers;
    // Of two processes that create the same one at once, the store refuses one, and the other stands.
    await this.#collection.bulk(
      texts.map(({ _id, ...text }) => ({ filter: { _id }, update: { $setOnInsert: text }, upsert: true })),
    );
    const hashOf = new Map([...askers.keys()].map((hash) => [`${runId} ${hash}`, hash]));
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

  /** Inserts those before the first for which somebody has asked. True: there is none. */
  async #areNew(texts: readonly AskedText[]): Promise<boolean> {
    try {
      await this.#collection.insertMany(texts);
      return true;
    } catch (error) {
      if (error instanceof DuplicateKeyError) return false;
      throw error;
    }
  }

  async deleteOfRun(runId: string): Promise<void> {
    await this.#collection.deleteMany({ runId });
  }
}
