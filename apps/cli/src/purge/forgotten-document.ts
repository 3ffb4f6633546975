import { encodeId, formsOfId, idText } from '@batchmill/documents';
import type { ManifestLine } from '@batchmill/records';
import type { Pipeline } from '@batchmill/pipeline';
import type { Engine } from '@batchmill/service';
import type { IncomingMessage } from '@batchmill/bus';

/** Shorter ids are compared with whole values only, since they stand in texts for other things. */
const shortestInTexts = 4;

/** A document that is to be forgotten, by the id that a person gave: it may be gone from the collection, or be several of one parent. */
export class ForgottenDocument {
  /** The `_id`s, by their encoded texts. */
  readonly #ids = new Map<string, unknown>();

  private constructor(
    readonly text: string,
    private readonly source: Pipeline['source'],
    /** False: the collection has no such document any more. */
    readonly isStored: boolean,
  ) {}

  /** Looks for the id in the field of the pipeline for ids, then in `_id`. */
  static async find({ documentStore }: Engine, { source }: Pipeline, text: string): Promise<ForgottenDocument> {
    const forms = formsOfId(text);
    const collection = documentStore.collection(source.collection);
    for (const field of new Set([source.documentIdField, '_id'])) {
      const found = await Array.fromAsync(collection.find({ [field]: { $in: forms } }, { projection: { _id: 1 } }));
      if (found.length > 0) return new ForgottenDocument(text, source, true).#with(found.map(({ _id }) => _id));
    }
    return new ForgottenDocument(text, source, false).#with(forms);
  }

  get ids(): readonly unknown[] {
    return [...this.#ids.values()];
  }

  /** The given id and the `_id`s as texts, and as numbers where they are numbers: how requests of runs name documents. */
  get asRequested(): readonly unknown[] {
    const texts = new Set([this.text, ...this.ids.map(idText)]);
    return [...texts, ...[...texts].map(Number).filter((number) => texts.has(String(number)))];
  }

  hasId(id: unknown): boolean {
    return this.#ids.has(encodeId(id));
  }

  /** Whether a line of a manifest is of the document. Where it is found by another field, its `_id` is known from then on. */
  isOf(line: ManifestLine): boolean {
    if (this.hasId(line.documentId)) return true;
    if (this.isStored || line.customId === null) return false;
    const { documentIdField, chunkIdField, parentIdField } = this.source;
    const isNamed =
      (documentIdField === chunkIdField && line.chunkId === this.text) ||
      (documentIdField === parentIdField && line.parentId === this.text);
    if (isNamed) this.#with([line.documentId]);
    return isNamed;
  }

  /** Whether a message has the id as one of its values, or in a text. */
  isIn({ key, value, headers }: IncomingMessage): boolean {
    const text = value?.toString('utf8') ?? '';
    return [key, ...Object.values(headers)].some((one) => one !== null && this.#isValue(one)) || this.#isInJson(text);
  }

  /** The text without the id. */
  without(text: string): string {
    return this.#texts()
      .filter((id) => id.length >= shortestInTexts)
      .reduce((left, id) => left.replaceAll(wholeWord(id), '[forgotten]'), text);
  }

  #isInJson(text: string): boolean {
    try {
      return this.#isInValue(JSON.parse(text));
    } catch {
      return this.#isValue(text);
    }
  }

  #isInValue(value: unknown): boolean {
    if (typeof value === 'string' || typeof value === 'number') return this.#isValue(String(value));
    return typeof value === 'object' && value !== null && Object.values(value).some((inner) => this.#isInValue(inner));
  }

  #isValue(text: string): boolean {
    return this.#texts().some((id) => text === id) || this.without(text) !== text;
  }

  #texts(): string[] {
    return [...new Set([this.text, ...this.#ids.keys(), ...this.ids.map(idText)])];
  }

  #with(ids: readonly unknown[]): this {
    for (const id of ids) this.#ids.set(encodeId(id), id);
    return this;
  }
}

/** The id where it is not part of a longer one. */
function wholeWord(id: string): RegExp {
  const escaped = id.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(?<![\w-])${escaped}(?![\w-])`, 'g');
}
