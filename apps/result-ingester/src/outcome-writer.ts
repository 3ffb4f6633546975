import { delayAfter, type Clock, type DocumentError, type Ids } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import { responseUpdate, type RunPlan } from '@batchmill/pipeline';
import type { Classified } from '@batchmill/provider';
import {
  answerUpdate,
  stillClaimedFilter,
  failureUpdate,
  failureWithoutErrorUpdate,
  lastAnswerFilter,
  lastAnswerUpdate,
  marksProjection,
  readMarks,
  requestedFilter,
  retryUpdate,
  documentOutcomeUpdates,
  type Batch,
} from '@batchmill/records';
import { jitterFrom, type EngineSettings } from '@batchmill/stage';
import type { BulkUpdate, Collection, Fields, Update } from '@batchmill/store';
import type { Vectors } from '@batchmill/vectors';
import { nextAttempt } from './next-attempt.js';
import type { Outcome } from './outcome.js';
import type { Progress } from './progress.js';
import { upsertEach } from './upsert-each.js';
import { vectorKey } from './vector-key.js';

/** Answers that are made into updates at once. */
const preparedAtOnce = 16;

/** An outcome of a document that still carries the claim. */
interface Held {
  readonly outcome: Outcome;
  readonly document: Fields;
}

interface Answered extends Held {
  readonly template: Update;
}

/**
 * Writes a slice of outcomes: vectors first, then documents. Every write is conditional on the claim and on the function
 * being asked, so that a slice written twice is written once.
 */
export class OutcomeWriter {
  constructor(
    private readonly plan: RunPlan,
    private readonly batch: Batch,
    private readonly needs: {
      readonly documents: Collection;
      readonly vectors: Vectors;
      readonly settings: EngineSettings;
      readonly clock: Clock;
      readonly ids: Ids;
    },
  ) {}

  async write(slice: readonly Outcome[], progress: Progress): Promise<void> {
    const held = await this.#writeVectors(await this.#held(slice), progress);
    const { answered, troubled } = await this.#prepare(held, progress);
    const left = await this.#writeLastAnswers(answered);
    await this.#writeOutcomes(left, troubled, progress);
  }

  /** The outcomes of documents that still carry the claim: the others belong to somebody else by now. */
  async #held(slice: readonly Outcome[]): Promise<Held[]> {
    const { documents } = this.needs;
    const ids = slice.map(({ documentId }) => documentId);
    const needsDocuments = this.plan.endpointPlan.vectors === null;
    const finding = needsDocuments ? {} : { projection: marksProjection(this.plan) };
    const found = new Map<string, Fields>();
    for await (const document of documents.find(stillClaimedFilter(this.plan, ids, this.batch.claimId), finding)) {
      found.set(encodeId(document['_id']), document);
    }
    return slice.flatMap((outcome) => {
      const document = found.get(encodeId(outcome.documentId));
      return document === undefined ? [] : [{ outcome, document }];
    });
  }

  /** A row that is refused is the failure of its document alone. */
  async #writeVectors(held: readonly Held[], progress: Progress): Promise<readonly Held[]> {
    const { vectors } = this.plan.endpointPlan;
    if (vectors === null) return held;
    const rows = held.flatMap(({ outcome: { documentId, chunkId, parentId, classified } }) => {
      if (classified.outcome !== 'answered' || classified.answer.kind !== 'vector') return [];
      return [{ key: vectorKey(documentId), chunkId, parentId, vector: classified.answer.vector }];
    });
    const refused = await upsertEach(this.needs.vectors, vectors.collection, rows);
    // After this line the vectors are safe: a crash writes them again under the same keys.
    if (refused.size === 0) return held;
    return held.map((one) => {
      const reason = refused.get(vectorKey(one.outcome.documentId));
      if (reason === undefined) return one;
      const error = { kind: 'ValidationError', code: 'document.vector-refused', message: reason } as const;
      progress.countUnusable('failed', error);
      const { usage } = one.outcome.classified;
      return { ...one, outcome: { ...one.outcome, classified: { outcome: 'fail', error, usage } } };
    });
  }

  /** The author's functions may wait for something: they do so side by side. */
  async #prepare(held: readonly Held[], progress: Progress): Promise<{ answered: Answered[]; troubled: Held[] }> {
    const answered: Answered[] = [];
    const troubled: Held[] = [];
    for (let at = 0; at < held.length; at += preparedAtOnce) {
      const slice = held.slice(at, at + preparedAtOnce);
      const updates = await Promise.all(slice.map((one) => this.#updateFor(one)));
      for (const [index, one] of slice.entries()) {
        const update = updates[index] ?? null;
        if (update === null) troubled.push(one);
        else if ('update' in update) answered.push({ ...one, template: { ...update.update } });
        else {
          const trouble = asTrouble(one, update.error);
          progress.countUnusable(trouble.outcome.classified.outcome === 'retry' ? 'retried' : 'failed', update.error);
          troubled.push(trouble);
        }
      }
    }
    return { answered, troubled };
  }

  /** Null: there is no answer. */
  async #updateFor({ outcome, document }: Held): Promise<{ update: Update } | { error: DocumentError } | null> {
    const { classified, function: name } = outcome;
    if (classified.outcome !== 'answered') return null;
    const moment = { now: this.needs.clock.now(), runId: this.batch.runId };
    return responseUpdate(this.plan, name, classified, document, moment);
  }

  /** (a) Returns those that were not the last answer of their document, or whose write was refused. */
  async #writeLastAnswers(answered: readonly Answered[]): Promise<readonly Answered[]> {
    if (answered.length === 0) return [];
    const now = this.needs.clock.now();
    const updates = answered.map(({ outcome: { documentId, function: name }, template }) => ({
      filter: lastAnswerFilter(this.plan, documentId, this.batch.claimId, name),
      update: lastAnswerUpdate(this.plan, name, template, now),
    }));
    const { matched, refused } = await this.needs.documents.bulk(updates);
    return matched === answered.length && refused.length === 0 ? [] : answered;
  }

  /** (b) and (c) */
  async #writeOutcomes(answered: readonly Answered[], troubled: readonly Held[], progress: Progress): Promise<void> {
    if (answered.length + troubled.length === 0) return;
    const { documents, clock } = this.needs;
    const { claimId } = this.batch;
    const updates = [
      ...answered.map(({ outcome: { documentId, function: name }, template }) => ({
        filter: requestedFilter(this.plan, documentId, claimId, name),
        update: answerUpdate(this.plan, name, template),
      })),
      ...troubled.map((one) => this.#troubleUpdate(one, progress)),
    ];
    const { refused } = await documents.bulk(updates);
    const unwritten = refused.flatMap(({ index }) => answered[index] ?? troubled[index - answered.length] ?? []);
    await this.#writeRefusals(unwritten, progress);
    const ids = new Map(
      [...answered, ...troubled].map(({ outcome }) => [encodeId(outcome.documentId), outcome.documentId]),
    );
    const now = clock.now();
    await documents.bulk([...ids.values()].flatMap((id) => documentOutcomeUpdates(this.plan, id, claimId, now)));
  }

  #troubleUpdate({ outcome, document }: Held, progress: Progress): BulkUpdate {
    const { documentId, function: name, classified } = outcome;
    const filter = requestedFilter(this.plan, documentId, this.batch.claimId, name);
    const now = this.needs.clock.now();
    const marks = readMarks(this.plan, document);
    const attempt = marks.attemptsOf(name) + 1;
    const verdict = this.#verdict(classified, attempt, marks.freeRetries, now);
    const error = errorOf(classified);
    if (verdict === null) {
      if (classified.outcome === 'retry') progress.countGivenUp();
      return { filter, update: failureUpdate(this.plan, name, error, attempt, now) };
    }
    progress.countRetryAt(verdict.notBefore);
    return { filter, update: retryUpdate(this.plan, name, { error, attempt, now, ...verdict }) };
  }

  /** Null: given up. */
  #verdict(
    classified: Classified,
    attempts: number,
    rounds: number,
    now: Date,
  ): { notBefore: Date; countsAttempt: boolean } | null {
    if (classified.outcome !== 'retry') return null;
    const { settings, ids } = this.needs;
    const jitter = jitterFrom(ids);
    if (!classified.countsAttempt) {
      const inMs = delayAfter(rounds, { baseMs: settings.retryBaseMs, capMs: 3_600_000, jitter });
      return { notBefore: new Date(now.getTime() + inMs), countsAttempt: false };
    }
    const { maxRetries } = this.plan.pipeline.batch;
    const next = nextAttempt({ attempts, maxRetries }, { now, jitter, baseMs: settings.retryBaseMs });
    return next.state === 'failed' ? null : { notBefore: next.notBefore, countsAttempt: true };
  }

  /** A write that the store refuses for one document is that document's failure. */
  async #writeRefusals(unwritten: readonly Held[], progress: Progress): Promise<void> {
    if (unwritten.length === 0) return;
    const now = this.needs.clock.now();
    const filterOf = ({ outcome: { documentId, function: name } }: Held): BulkUpdate['filter'] =>
      requestedFilter(this.plan, documentId, this.batch.claimId, name);
    const failures = unwritten.map((one) => {
      const { classified, function: name } = one.outcome;
      if (classified.outcome === 'answered') progress.countUnusable('failed', writeRefused);
      const attempt = readMarks(this.plan, one.document).attemptsOf(name) + 1;
      return { filter: filterOf(one), update: failureUpdate(this.plan, name, writeRefused, attempt, now) };
    });
    const { refused } = await this.needs.documents.bulk(failures);
    const withoutError = refused.flatMap(({ index }) => unwritten[index] ?? []);
    if (withoutError.length === 0) return;
    await this.needs.documents.bulk(
      withoutError.map((one) => ({
        filter: filterOf(one),
        update: failureWithoutErrorUpdate(this.plan, one.outcome.function),
      })),
    );
  }
}

const writeRefused: DocumentError = {
  kind: 'ProcessingError',
  code: 'document.write-refused',
  message: 'the store refused to write the answer into the document; see the response template and the field’s type',
};

/** Another answer helps where the author's code did not take this one, not where a template does not fit the document. */
function asTrouble(one: Held, error: DocumentError): Held {
  const { usage } = one.outcome.classified;
  const classified: Classified =
    error.kind === 'TemplateError'
      ? { outcome: 'fail', error, usage }
      : { outcome: 'retry', error, countsAttempt: true, usage };
  return { ...one, outcome: { ...one.outcome, classified } };
}

function errorOf(classified: Classified): DocumentError {
  if (classified.outcome !== 'answered') return classified.error;
  throw new Error('An answer has no error.');
}
