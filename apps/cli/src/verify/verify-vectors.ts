import { ValidationError } from '@batchmill/contracts';
import { idText } from '@batchmill/documents';
import { planRun, presentText, type RunPlan, type VectorTarget } from '@batchmill/pipeline';
import {
  deleteOrphans,
  orphanedVectors,
  pendingAgainUpdate,
  readMarks,
  rowFieldsOrError,
  rowUpdateOf,
  slicesOf,
  textProjection,
  vectorCollectionOf,
  vectorKey,
  type Marks,
} from '@batchmill/records';
import type { Engine } from '@batchmill/service';
import type { Fields } from '@batchmill/store';
import type { RowUpdate, VectorEntry } from '@batchmill/vectors';

/**
 * missing: completed, without a vector. stale: of another text than the document has now. other-model: of another model, or of other
 * dimensions. other-fields: of the same text, with other values in its fields than the document has now. orphaned: a vector without a
 * document, or of one that has no text or does not match any more.
 */
export const differenceKinds = ['missing', 'stale', 'other-model', 'other-fields', 'orphaned'] as const;
export type DifferenceKind = (typeof differenceKinds)[number];

/**
 * What `--fix` and `--prune` do about a difference. pending: the next run embeds the document. updated: the fields of its vector are, and
 * nothing is sent. deleted: its vector is.
 */
export type Mend = 'pending' | 'updated' | 'deleted';

export interface VectorDifference {
  readonly kind: DifferenceKind;
  /** The id of the document, as text; of a vector without a document, that of its chunk. */
  readonly document: string;
  /** Of the vector. */
  readonly key: string;
  /** Null: nothing was done. */
  readonly mended: Mend | null;
}

export interface Verification {
  readonly pipeline: string;
  readonly collection: string;
  /** Those of the pipeline's query, whatever their status. */
  readonly documents: number;
  readonly completed: number;
  readonly vectors: number;
  /** Completed documents whose vector is there, made by an earlier version, so that its text is not known. */
  readonly ofUnknownText: number;
  readonly counts: Readonly<Record<DifferenceKind, number>>;
  /** The first thousand. */
  readonly differences: readonly VectorDifference[];
  /** How many of all were mended. */
  readonly mended: Readonly<Record<Mend, number>>;
}

export interface VerifyOptions {
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Makes documents pending whose vector is missing, stale or of another model, and updates the fields of other vectors. */
  readonly requests: boolean;
  /** Deletes vectors that are orphaned. */
  readonly prunes: boolean;
}

const pageSize = 500;
const mostListed = 1_000;

/** A difference and its document, which is null for a vector without one. */
interface Found {
  readonly kind: DifferenceKind;
  readonly key: string;
  readonly document: string;
  readonly id: unknown;
  readonly marks: Marks | null;
  /** How the fields of the vector become those of the document; null: they need not, or the document's do not fit. */
  readonly update: RowUpdate | null;
}

/** Compares the documents of a pipeline with its vectors, both ways, page by page, and mends a page before it reads the next. */
export async function verifyVectors(engine: Engine, name: string, options: VerifyOptions): Promise<Verification> {
  const pipeline = engine.pipelines.get(name);
  // Redoing all, the query has no condition on the status.
  const plan = planRun(pipeline, { endpoint: 'embeddings', redo: 'all', parameters: options.parameters });
  const target = plan.endpointPlan.vectors;
  if (target === null) throw new ValidationError('verify.no-vectors', `${name} makes no vectors`);
  if (target.rowFields.length > 0) await engine.vectors.hasCollection(vectorCollectionOf(target));
  const tally = new Tally(engine, plan, options);
  for await (const page of slicesOf(documentsOf(engine, plan), pageSize)) await tally.addDocuments(page, target);
  for await (const page of slicesOf(engine.vectors.entries(target.collection), pageSize))
    await tally.addVectors(page, target);
  return tally.result(name, target);
}

class Tally {
  #documents = 0;
  #completed = 0;
  #vectors = 0;
  #ofUnknownText = 0;
  readonly #counts = { missing: 0, stale: 0, 'other-model': 0, 'other-fields': 0, orphaned: 0 };
  readonly #mended = { pending: 0, updated: 0, deleted: 0 };
  readonly #differences: VectorDifference[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly plan: RunPlan,
    private readonly options: VerifyOptions,
  ) {}

  result(pipeline: string, { collection }: VectorTarget): Verification {
    return {
      pipeline,
      collection,
      documents: this.#documents,
      completed: this.#completed,
      vectors: this.#vectors,
      ofUnknownText: this.#ofUnknownText,
      counts: this.#counts,
      differences: this.#differences,
      mended: this.#mended,
    };
  }

  async addDocuments(page: readonly Fields[], target: VectorTarget): Promise<void> {
    const { completed, failed } = this.plan.endpointPlan.status;
    this.#documents += page.length;
    const embedded = page
      .map((document) => ({ document, marks: readMarks(this.plan, document), key: vectorKey(document['_id']) }))
      .filter(({ marks: { status } }) => status === completed || status === failed);
    this.#completed += embedded.filter(({ marks }) => marks.status === completed).length;
    const rows = await this.engine.vectors.find(
      target.collection,
      embedded.map(({ key }) => key),
    );
    const found: Found[] = [];
    for (const { document, marks, key } of embedded) {
      const row = rows.get(key);
      const compared = await this.#compare(document, marks, row, target);
      const update = row === undefined ? null : rowUpdateOf(this.plan, document, row);
      const isOutdated = update !== null || 'error' in rowFieldsOrError(target, document);
      const kind = (compared === null || compared === 'unknown') && isOutdated ? 'other-fields' : compared;
      // One that has failed may have a vector from before. It is wrong only where there is no text any more.
      if (marks.status === failed && kind !== 'orphaned') continue;
      if (kind === 'unknown') this.#ofUnknownText += 1;
      else if (kind !== null) {
        found.push({ kind, key, document: idText(document['_id']), id: document['_id'], marks, update });
      }
    }
    await this.#settle(found, target);
  }

  async addVectors(page: readonly VectorEntry[], target: VectorTarget): Promise<void> {
    this.#vectors += page.length;
    const orphans = await orphanedVectors(this.engine, this.plan, page);
    const found = orphans.map((row): Found => ({
      kind: 'orphaned',
      key: row.key,
      document: row.fields[target.idFields.chunkId] ?? '',
      id: null,
      marks: null,
      update: null,
    }));
    await this.#settle(found, target);
  }

  /** Null: the vector is that of the document. */
  async #compare(
    document: Fields,
    marks: Marks,
    row: VectorEntry | undefined,
    { originFields, dimensions }: VectorTarget,
  ): Promise<DifferenceKind | 'unknown' | null> {
    const [[name, { definition }] = [null, { definition: null }]] = this.plan.planned;
    if (name === null || definition === null) return null;
    const present = await presentText(this.plan, name, document);
    if (present?.kind === 'none') return row === undefined ? null : 'orphaned';
    if (row === undefined) return 'missing';
    const mark = marks.embeddedOf(name);
    const hashes = [mark?.textHash, row.fields[originFields.textHash]].filter(isKnown);
    const models = [mark?.model, row.fields[originFields.model]].filter(isKnown);
    if (models.some((model) => model !== definition.model)) return 'other-model';
    if (mark !== null && mark.dimensions !== dimensions) return 'other-model';
    if (hashes.length === 0) return 'unknown';
    return present?.kind === 'text' && hashes.some((hash) => hash !== present.hash) ? 'stale' : null;
  }

  async #settle(found: readonly Found[], { collection }: VectorTarget): Promise<void> {
    const orphans = found.filter(({ kind }) => kind === 'orphaned');
    const outdated = found.filter(({ kind }) => kind === 'other-fields');
    const others = found.filter(({ kind }) => kind !== 'orphaned' && kind !== 'other-fields');
    if (this.options.prunes) {
      await deleteOrphans(
        this.engine,
        { plan: this.plan, collection },
        orphans.map(({ key, document }) => ({ key, chunkId: document })),
      );
    }
    if (this.options.requests) {
      if (others.length > 0) await this.#makePending(others);
      const updates = outdated.flatMap(({ update }) => update ?? []);
      if (updates.length > 0) await this.engine.vectors.updateFields(collection, updates);
    }
    for (const one of found) {
      const mended = this.#mendOf(one);
      this.#counts[one.kind] += 1;
      if (mended !== null) this.#mended[mended] += 1;
      if (this.#differences.length === mostListed) continue;
      const { kind, document, key } = one;
      this.#differences.push({ kind, document, key, mended });
    }
  }

  #mendOf({ kind, update }: Found): Mend | null {
    const { requests, prunes } = this.options;
    if (kind === 'orphaned') return prunes ? 'deleted' : null;
    if (!requests) return null;
    if (kind !== 'other-fields') return 'pending';
    return update === null ? null : 'updated';
  }

  async #makePending(found: readonly Found[]): Promise<void> {
    const updates = found.flatMap(({ id, marks }) =>
      marks === null ? [] : [pendingAgainUpdate(this.plan, id, marks)],
    );
    await this.engine.documents.of(this.plan).bulk(updates);
  }
}

function documentsOf(engine: Engine, plan: RunPlan): AsyncIterable<Fields> {
  const projection = textProjection(plan);
  return engine.documents.of(plan).find(plan.filter, projection === undefined ? {} : { projection });
}

function isKnown(text: string | undefined): text is string {
  return text !== undefined && text !== 'unknown';
}
