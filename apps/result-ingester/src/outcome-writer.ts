/* Long, because it is one sequence of writes, of which the order is what makes a crash harmless. */

import { Clock, Ids, type DocumentError } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import {
  batchMarkOf,
  Documents,
  answerUpdate,
  claimMarkOf,
  stillClaimedFilter,
  failureUpdate,
  failureWithoutErrorUpdate,
  keptInUpdate,
  lastAnswerFilter,
  lastAnswerUpdate,
  mergeUpdates,
  readMarks,
  requestedFilter,
  retryUpdate,
  documentOutcomeUpdates,
  ReusableAnswers,
  type Marks,
  type ReusableAnswer,
} from '@batchmill/records';
import { EngineSettings, jitterFrom } from '@batchmill/stage';
import type { BulkUpdate, Fields, Filter, Update } from '@batchmill/store';
import { Vectors } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';
import { LateVectors, type Standing } from './late-vectors.js';
import { nextAttempt } from './next-attempt.js';
import { renderAnswers, unusable, type ClaimedOutcome, type RenderedAnswer } from './render-answers.js';
import type { BatchToIngest, Outcome } from './result-slices.js';
import { answeredFields, changedMeanwhile, staleAnswers } from './stale-answers.js';
import { noLateVector, refusalOf, writeVectorsOf } from './write-vectors.js';

type Target = Pick<BatchToIngest, 'plan' | 'batch' | 'progress'>;

/**
 * Writes a slice of outcomes into the documents, in this order:
 *
 * 1. Read the documents that still carry the batch's claim. Outcomes of other documents are dropped.
 * 2. Set aside vectors of texts that their documents do not have any more.
 * 3. Upsert the vectors, so that no document says that it has a vector which is not stored.
 * 4. Render the answers with the pipeline's response templates.
 * 5. Update the documents, in three bulks:
 *    a. each answer that is the last one its document lacks, together with the completion of the document,
 *    b. each other outcome: an answer, a failure or a retry of one function,
 *    c. the status of each document of (b) that waits for no function any more: completed, failed or pending again.
 *
 * 6. Keep the answers that other requests may take.
 * 7. Look after vectors that could not be marked, because this worker was late: see `LateVectors`.
 *
 * Every update is conditional on the claim, and in (a) and (b) on the function being `requested`. So a slice that is
 * written again, after a crash at any point, changes nothing that was written before.
 */
@Injectable()
export class OutcomeWriter {
  constructor(
    private readonly documents: Documents,
    private readonly vectors: Vectors,
    private readonly lateVectors: LateVectors,
    private readonly reusableAnswers: ReusableAnswers,
    private readonly settings: EngineSettings,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  async write(slice: readonly Outcome[], target: Target): Promise<void> {
    let unwritten = slice;
    while (unwritten.length > 0) unwritten = await this.#writeOnce(unwritten, target);
  }

  /** Returns the outcomes that must be written once more. */
  async #writeOnce(slice: readonly Outcome[], target: Target): Promise<readonly Outcome[]> {
    const claimed = await this.#readClaimed(slice, target);
    const current = await this.#retryStale(claimed, target);
    const stored = await this.#upsertVectors(current, target);
    const rendered = await renderAnswers(stored, target, this.clock);
    for (const one of rendered.unusable) countUnusable(one, target);
    const { answers } = rendered;
    const failures = [...rendered.unanswered, ...rendered.unusable];

    const remaining = (await this.#completeDocuments(answers, target)) === 'all' ? [] : answers;
    if (remaining.length + failures.length === 0) {
      await this.#keepForOthers(answers, target);
      return [];
    }
    const unwritten = await this.#writeFunctions(remaining, failures, target);
    await this.#updateStatuses([...remaining, ...failures], target);
    await this.#keepForOthers(
      answers.filter((answer) => !unwritten.includes(answer)),
      target,
    );
    return this.#resolveLateVectors(remaining, target);
  }

  /** Step 6. Only the request that was sent has a key, and none of those that took its answer. */
  async #keepForOthers(written: readonly RenderedAnswer[], { batch }: Target): Promise<void> {
    const { pipeline, url, model } = batch;
    const answers = written.flatMap(({ outcome: { key, classified } }): ReusableAnswer[] => {
      if (key === undefined || classified.outcome !== 'answered' || classified.answer.kind !== 'text') return [];
      return [{ key, pipeline, url, model, body: JSON.stringify(classified.answer.body) }];
    });
    await this.reusableAnswers.keep(answers);
  }

  /** Step 7. */
  async #resolveLateVectors(answers: readonly RenderedAnswer[], { plan, batch }: Target): Promise<Outcome[]> {
    if (plan.endpointPlan.vectors === null || answers.length === 0) return [];
    const standingOf = (marks: Marks, name: string): Standing => {
      if (marks.claimId !== claimMarkOf(batch)) return 'others';
      return marks.stateOf(name) === 'requested' ? 'waiting' : 'settled';
    };
    const waiting = await this.lateVectors.resolve(answers, { plan, batch, standingOf });
    return waiting.map(({ outcome }) => outcome);
  }

  /** Step 1. An answer's processor reads the whole document; a vector needs the marks alone. */
  async #readClaimed(slice: readonly Outcome[], { plan, batch }: Target): Promise<ClaimedOutcome[]> {
    const ids = slice.map(({ documentId }) => documentId);
    const byId = new Map<string, Fields>();
    for await (const document of this.documents
      .of(plan)
      .find(stillClaimedFilter(plan, ids, claimMarkOf(batch)), answeredFields(plan))) {
      byId.set(encodeId(document['_id']), document);
    }
    return slice.flatMap((outcome) => {
      const document = byId.get(encodeId(outcome.documentId));
      return document === undefined ? [] : [{ outcome, document }];
    });
  }

  /**
   * Step 2. A vector of a text that its document does not have any more is not written: the document is requested again. That is a free
   * retry, so that a document which changes again and again stays pending in the end, and its present vector stays.
   */
  async #retryStale(
    claimed: readonly ClaimedOutcome[],
    { plan, progress }: Target,
  ): Promise<readonly ClaimedOutcome[]> {
    const stale = await staleAnswers(claimed, plan);
    if (stale.size === 0) return claimed;
    return claimed.map((one) => {
      if (!stale.has(one)) return one;
      const { usage } = one.outcome.classified;
      progress.countStale({ error: changedMeanwhile, usage }, one.outcome);
      const classified = { outcome: 'retry', error: changedMeanwhile, countsAttempt: false, usage } as const;
      return { ...one, outcome: { ...one.outcome, classified } };
    });
  }

  /** Step 3. A vector that the store refuses is the failure of its document alone. */
  async #upsertVectors(claimed: readonly ClaimedOutcome[], target: Target): Promise<readonly ClaimedOutcome[]> {
    const refused = await writeVectorsOf(claimed, target, this.vectors);
    // After this line the vectors are safe: a crash writes them again under the same keys.
    if (refused.size === 0) return claimed;
    return claimed.map((one) => {
      const error = refusalOf(one, refused);
      if (error === null) return one;
      const failure = unusable(one, error);
      countUnusable(failure, target);
      return failure;
    });
  }

  /** Step 5a. 'some': at least one was not the last answer that its document lacked, or its write was refused. */
  async #completeDocuments(answers: readonly RenderedAnswer[], { plan, batch }: Target): Promise<'all' | 'some'> {
    if (answers.length === 0) return 'all';
    const now = this.clock.now();
    const updates = answers.map(({ outcome: { documentId, function: name }, document, update }) => ({
      filter: {
        ...lastAnswerFilter(plan, documentId, claimMarkOf(batch), name),
        ...noLateVector(plan, name, document),
      },
      update: lastAnswerUpdate(plan, name, update, now),
    }));
    const { matched, refused } = await this.documents.of(plan).bulk(updates);
    return matched === answers.length && refused.length === 0 ? 'all' : 'some';
  }

  /**
   * Step 5b. A function whose answer (a) has written is not `requested` any more, so no answer is written twice. Returns what the store
   * refused to write.
   */
  async #writeFunctions(
    answers: readonly RenderedAnswer[],
    failures: readonly ClaimedOutcome[],
    target: Target,
  ): Promise<readonly ClaimedOutcome[]> {
    const updates = [
      ...answers.map(({ outcome, document, update }) => ({
        filter: { ...requested(outcome, target), ...noLateVector(target.plan, outcome.function, document) },
        update: answerUpdate(target.plan, outcome.function, update),
      })),
      ...failures.map((failure) => this.#failureOrRetry(failure, target)),
    ];
    const { refused } = await this.documents.of(target.plan).bulk(updates);
    const unwritten = refused.flatMap(({ index }) => answers[index] ?? failures[index - answers.length] ?? []);
    if (unwritten.length > 0) await this.#failUnwritten(unwritten, target);
    return unwritten;
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
    const kept = keptIn(outcome, target);
    const failure = { filter, update: mergeUpdates(failureUpdate(plan, name, error, attempt, now), kept) };
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
      progress.countExhausted(error);
      return failure;
    }
    // A deadline does not wait for a backoff: others of the claim would wait for it too.
    const isUrgent = target.batch.overtakenAt != null || target.batch.synchronous != null;
    const notBefore = isUrgent ? now : next.notBefore;
    progress.noteRetryAt(notBefore);
    const retry = retryUpdate(plan, name, { error, attempt, now, notBefore, countsAttempt });
    return { filter, update: mergeUpdates(retry, kept) };
  }

  /** A document that the store refuses to update fails alone. Where it refuses the error too, the function fails without one. */
  async #failUnwritten(unwritten: readonly ClaimedOutcome[], target: Target): Promise<void> {
    const { plan } = target;
    const documents = this.documents.of(plan);
    const now = this.clock.now();
    const failed = unwritten.map((one) => {
      if (one.outcome.classified.outcome !== 'answered') return one;
      const failure = unusable(one, writeRefused);
      countUnusable(failure, target);
      return failure;
    });
    const { refused } = await documents.bulk(
      failed.map(({ outcome, document }) => {
        const attempt = readMarks(plan, document).attemptsOf(outcome.function) + 1;
        const failure = failureUpdate(plan, outcome.function, writeRefused, attempt, now);
        return { filter: requested(outcome, target), update: mergeUpdates(failure, keptIn(outcome, target)) };
      }),
    );
    const withoutError = refused.flatMap(({ index }) => failed[index] ?? []);
    if (withoutError.length === 0) return;
    await documents.bulk(
      withoutError.map(({ outcome }) => ({
        filter: requested(outcome, target),
        update: mergeUpdates(failureWithoutErrorUpdate(plan, outcome.function), keptIn(outcome, target)),
      })),
    );
  }

  /** Step 5c. */
  async #updateStatuses(written: readonly ClaimedOutcome[], { plan, batch }: Target): Promise<void> {
    const ids = new Map(written.map(({ outcome: { documentId } }) => [encodeId(documentId), documentId]));
    const now = this.clock.now();
    const updates = [...ids.values()].flatMap((id) => documentOutcomeUpdates(plan, id, claimMarkOf(batch), now));
    await this.documents.of(plan).bulk(updates);
  }
}

/** Notes on the function that the batch keeps the answer; empty when it keeps none. */
function keptIn({ classified, function: name }: Outcome, { plan, batch }: Target): Update {
  return classified.outcome !== 'answered' && classified.isKept ? keptInUpdate(plan, name, batchMarkOf(batch)) : {};
}

function countUnusable({ outcome: { classified, ...request } }: ClaimedOutcome, { progress }: Target): void {
  if (classified.outcome !== 'answered') progress.countUnusable(classified, request);
}

const writeRefused: DocumentError = {
  kind: 'ProcessingError',
  code: 'document.write-refused',
  message: 'the store refused to write the answer into the document; see the response template and the field’s type',
};

function requested({ documentId, function: name }: Outcome, { plan, batch }: Target): Filter {
  return requestedFilter(plan, documentId, claimMarkOf(batch), name);
}
