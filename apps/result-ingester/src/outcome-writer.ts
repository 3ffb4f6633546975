import { Clock, Ids, type DocumentError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import {
  Documents,
  answerUpdate,
  claimMarkOf,
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
} from '@batchmill/records';
import { EngineSettings, jitterFrom } from '@batchmill/stage';
import type { BulkUpdate, Fields, Filter } from '@batchmill/store';
import { Vectors } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';
import { nextAttempt } from './next-attempt.js';
import { renderAnswers, withResult, type ClaimedOutcome, type RenderedAnswer } from './render-answers.js';
import type { BatchToIngest, Outcome } from './result-slices.js';
import { vectorKey, writeVectors } from './write-vectors.js';

type Target = Pick<BatchToIngest, 'plan' | 'batch' | 'progress'>;

/**
 * Writes a slice of outcomes into the documents, in this order:
 *
 * 1. Read the documents that still carry the batch's claim. Outcomes of other documents are dropped.
 * 2. Upsert the vectors, so that no document says that it has a vector which is not stored.
 * 3. Render the answers with the pipeline's response templates.
 * 4. Update the documents, in three bulks:
 *    a. each answer that is the last one its document lacks, together with the completion of the document,
 *    b. each other outcome: an answer, a failure or a retry of one function,
 *    c. the status of each document of (b) that waits for no function any more: completed, failed or pending again.
 *
 * Every update is conditional on the claim, and in (a) and (b) on the function being `requested`. So a slice that is
 * written again, after a crash at any point, changes nothing that was written before.
 */
@Injectable()
export class OutcomeWriter {
  constructor(
    private readonly documents: Documents,
    private readonly vectors: Vectors,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async write(slice: readonly Outcome[], target: Target): Promise<void> {
    const claimed = await this.#readClaimed(slice, target);
    const stored = await this.#upsertVectors(claimed, target);
    const { answers, failures } = await renderAnswers(stored, target, this.clock);

    const remaining = (await this.#completeDocuments(answers, target)) === 'all' ? [] : answers;
    if (remaining.length + failures.length === 0) return;
    await this.#writeFunctions(remaining, failures, target);
    await this.#updateStatuses([...remaining, ...failures], target);
  }

  /** Step 1. An answer's processor reads the whole document; a vector needs the marks alone. */
  async #readClaimed(slice: readonly Outcome[], { plan, batch }: Target): Promise<ClaimedOutcome[]> {
    const ids = slice.map(({ documentId }) => documentId);
    const options = plan.endpointPlan.vectors === null ? {} : { projection: marksProjection(plan) };
    const byId = new Map<string, Fields>();
    for await (const document of this.documents
      .of(plan)
      .find(stillClaimedFilter(plan, ids, claimMarkOf(batch)), options)) {
      byId.set(encodeId(document['_id']), document);
    }
    return slice.flatMap((outcome) => {
      const document = byId.get(encodeId(outcome.documentId));
      return document === undefined ? [] : [{ outcome, document }];
    });
  }

  /** Step 2. A vector that the store refuses is the failure of its document alone. */
  async #upsertVectors(
    claimed: readonly ClaimedOutcome[],
    { plan, progress }: Target,
  ): Promise<readonly ClaimedOutcome[]> {
    const { vectors } = plan.endpointPlan;
    if (vectors === null) return claimed;
    const { collection, idFields } = vectors;
    const rows = claimed.flatMap(({ outcome: { documentId, chunkId, parentId, classified } }) => {
      if (classified.outcome !== 'answered' || classified.answer.kind !== 'vector') return [];
      const fields = { [idFields.chunkId]: chunkId, [idFields.parentId]: parentId };
      return [{ key: vectorKey(documentId), fields, vector: classified.answer.vector }];
    });
    const refused = await writeVectors(this.vectors, collection, rows);
    // After this line the vectors are safe: a crash writes them again under the same keys.
    if (refused.size === 0) return claimed;
    return claimed.map((one) => {
      const message = refused.get(vectorKey(one.outcome.documentId));
      if (message === undefined) return one;
      const error = { kind: 'ValidationError', code: 'document.vector-refused', message } as const;
      progress.countUnusable('failed', error);
      const { usage } = one.outcome.classified;
      return withResult(one, { outcome: 'fail', error, usage });
    });
  }

  /** Step 4a. 'some': at least one was not the last answer that its document lacked, or its write was refused. */
  async #completeDocuments(answers: readonly RenderedAnswer[], { plan, batch }: Target): Promise<'all' | 'some'> {
    if (answers.length === 0) return 'all';
    const now = this.clock.now();
    const updates = answers.map(({ outcome: { documentId, function: name }, update }) => ({
      filter: lastAnswerFilter(plan, documentId, claimMarkOf(batch), name),
      update: lastAnswerUpdate(plan, name, update, now),
    }));
    const { matched, refused } = await this.documents.of(plan).bulk(updates);
    return matched === answers.length && refused.length === 0 ? 'all' : 'some';
  }

  /** Step 4b. A function whose answer (a) has written is not `requested` any more, so no answer is written twice. */
  async #writeFunctions(
    answers: readonly RenderedAnswer[],
    failures: readonly ClaimedOutcome[],
    target: Target,
  ): Promise<void> {
    const updates = [
      ...answers.map(({ outcome, update }) => ({
        filter: requested(outcome, target),
        update: answerUpdate(target.plan, outcome.function, update),
      })),
      ...failures.map((failure) => this.#failureOrRetry(failure, target)),
    ];
    const { refused } = await this.documents.of(target.plan).bulk(updates);
    const unwritten = refused.flatMap(({ index }) => answers[index] ?? failures[index - answers.length] ?? []);
    if (unwritten.length > 0) await this.#failUnwritten(unwritten, target);
  }

  #failureOrRetry({ outcome, document }: ClaimedOutcome, target: Target): BulkUpdate {
    const { plan, progress } = target;
    const { function: name, classified } = outcome;
    if (classified.outcome === 'answered') throw new Error('An answer is no failure.');
    const { error } = classified;
    const filter = requested(outcome, target);
    const now = this.clock.now();
    const marks = readMarks(plan, document);
    const attempt = marks.attemptsOf(name) + 1;
    const failure = { filter, update: failureUpdate(plan, name, error, attempt, now) };
    if (classified.outcome === 'fail') return failure;
    const { countsAttempt, together } = classified;
    if (together !== undefined) {
      progress.noteRetryAt(now);
      return {
        filter,
        update: retryUpdate(plan, name, { error, attempt, now, notBefore: now, countsAttempt, together }),
      };
    }
    const next = nextAttempt(
      countsAttempt,
      { attempts: attempt, freeRetries: marks.freeRetries },
      {
        maxRetries: plan.pipeline.batch.maxRetries,
        baseMs: this.settings.retryBaseMs,
        now,
        jitter: jitterFrom(this.ids),
      },
    );
    if (next.state === 'failed') {
      progress.countExhausted();
      return failure;
    }
    const { notBefore } = next;
    progress.noteRetryAt(notBefore);
    return { filter, update: retryUpdate(plan, name, { error, attempt, now, notBefore, countsAttempt }) };
  }

  /** A document that the store refuses to update fails alone. Where it refuses the error too, the function fails without one. */
  async #failUnwritten(unwritten: readonly ClaimedOutcome[], target: Target): Promise<void> {
    const { plan, progress } = target;
    const documents = this.documents.of(plan);
    const now = this.clock.now();
    const failures = unwritten.map(({ outcome, document }) => {
      const { classified, function: name } = outcome;
      if (classified.outcome === 'answered') progress.countUnusable('failed', writeRefused);
      const attempt = readMarks(plan, document).attemptsOf(name) + 1;
      return { filter: requested(outcome, target), update: failureUpdate(plan, name, writeRefused, attempt, now) };
    });
    const { refused } = await documents.bulk(failures);
    const withoutError = refused.flatMap(({ index }) => unwritten[index] ?? []);
    if (withoutError.length === 0) return;
    await documents.bulk(
      withoutError.map(({ outcome }) => ({
        filter: requested(outcome, target),
        update: failureWithoutErrorUpdate(plan, outcome.function),
      })),
    );
  }

  /** Step 4c. */
  async #updateStatuses(written: readonly ClaimedOutcome[], { plan, batch }: Target): Promise<void> {
    const ids = new Map(written.map(({ outcome: { documentId } }) => [encodeId(documentId), documentId]));
    const now = this.clock.now();
    const updates = [...ids.values()].flatMap((id) => documentOutcomeUpdates(plan, id, claimMarkOf(batch), now));
    await this.documents.of(plan).bulk(updates);
  }
}

const writeRefused: DocumentError = {
  kind: 'ProcessingError',
  code: 'document.write-refused',
  message: 'the store refused to write the answer into the document; see the response template and the field’s type',
};

function requested({ documentId, function: name }: Outcome, { plan, batch }: Target): Filter {
  return requestedFilter(plan, documentId, claimMarkOf(batch), name);
}
