import { Clock } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  batchMarkOf,
  Documents,
  keptAnswerFilter,
  keptAnswerUpdate,
  keptFailureFilter,
  keptFailureUpdate,
  keptOutcomeUpdates,
  lastKeptAnswerFilter,
  lastKeptAnswerUpdate,
  readMarks,
  type Batch,
  type FunctionState,
  type Marks,
} from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import { Vectors } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';
import { LateVectors, type Standing } from './late-vectors.js';
import { renderAnswers, unusable, type ClaimedOutcome, type RenderedAnswer } from './render-answers.js';
import type { Outcome } from './result-slices.js';
import { answeredFields, changedMeanwhile, staleAnswers } from './stale-answers.js';
import { noLateVector, refusalOf, writeVectorsOf } from './write-vectors.js';

interface Target {
  readonly plan: RunPlan;
  readonly batch: Batch;
}

/**
 * Writes kept answers into the documents that still lack them, in the same steps as the `OutcomeWriter`. Every update is
 * conditional on the function lacking an answer and naming this batch. So a slice that is written again changes nothing, and
 * neither does one whose documents were claimed again. No attempt is counted and nothing is retried.
 */
@Injectable()
export class KeptAnswerWriter {
  constructor(
    private readonly documents: Documents,
    private readonly vectors: Vectors,
    private readonly lateVectors: LateVectors,
    private readonly clock: Clock,
  ) {}

  async write(slice: readonly Outcome[], target: Target): Promise<void> {
    let unwritten = slice;
    while (unwritten.length > 0) unwritten = await this.#writeOnce(unwritten, target);
  }

  /** Returns the outcomes that must be written once more. */
  async #writeOnce(slice: readonly Outcome[], target: Target): Promise<readonly Outcome[]> {
    const lacking = await this.#readLacking(slice, target);
    const stale = await staleAnswers(lacking, target.plan);
    const current = lacking.map((one) => (stale.has(one) ? unusable(one, changedMeanwhile) : one));
    const refused = await writeVectorsOf(current, target, this.vectors);
    const stored = current.map((one) => {
      const error = refusalOf(one, refused);
      return error === null ? one : unusable(one, error);
    });
    const rendered = await renderAnswers(stored, target, this.clock);
    const areWritten = await this.#writeAnswers(rendered.answers, target);
    await this.#replaceReasons([...rendered.unanswered, ...rendered.unusable], target);
    return areWritten ? [] : this.#resolveLateVectors(rendered.answers, target);
  }

  async #readLacking(slice: readonly Outcome[], { plan, batch }: Target): Promise<ClaimedOutcome[]> {
    const ids = slice.map(({ documentId }) => documentId);
    const byId = new Map<string, Fields>();
    for await (const document of this.documents.of(plan).find({ _id: { $in: ids } }, answeredFields(plan))) {
      byId.set(encodeId(document['_id']), document);
    }
    return slice.flatMap((outcome) => {
      const document = byId.get(encodeId(outcome.documentId));
      if (document === undefined) return [];
      const marks = readMarks(plan, document);
      return isLacking(marks.stateOf(outcome.function)) && marks.keptInOf(outcome.function) === batchMarkOf(batch)
        ? [{ outcome, document }]
        : [];
    });
  }

  /** False when some could not be written as the last answers of their documents. */
  async #writeAnswers(answers: readonly RenderedAnswer[], { plan, batch }: Target): Promise<boolean> {
    if (answers.length === 0) return true;
    const documents = this.documents.of(plan);
    const now = this.clock.now();
    const last = answers.map(({ outcome: { documentId, function: name }, document, update }) => ({
      filter: {
        ...lastKeptAnswerFilter(plan, documentId, batchMarkOf(batch), name),
        ...noLateVector(plan, name, document),
      },
      update: lastKeptAnswerUpdate(plan, name, update, now),
    }));
    const { matched, refused } = await documents.bulk(last);
    if (matched === answers.length && refused.length === 0) return true;
    await documents.bulk(
      answers.map(({ outcome: { documentId, function: name }, document, update }) => ({
        filter: {
          ...keptAnswerFilter(plan, documentId, batchMarkOf(batch), name),
          ...noLateVector(plan, name, document),
        },
        update: keptAnswerUpdate(plan, name, update),
      })),
    );
    const ids = new Map(answers.map(({ outcome: { documentId } }) => [encodeId(documentId), documentId]));
    await documents.bulk([...ids.values()].flatMap((id) => keptOutcomeUpdates(plan, id, now)));
    return false;
  }

  async #resolveLateVectors(answers: readonly RenderedAnswer[], { plan, batch }: Target): Promise<Outcome[]> {
    if (plan.endpointPlan.vectors === null) return [];
    const standingOf = (marks: Marks, name: string): Standing => {
      const state = marks.stateOf(name);
      if (marks.keptInOf(name) !== batchMarkOf(batch) || state === 'requested') return 'others';
      return isLacking(state) ? 'waiting' : 'settled';
    };
    const waiting = await this.lateVectors.resolve(answers, { plan, batch, standingOf });
    return waiting.map(({ outcome }) => outcome);
  }

  /** What waits to be requested again keeps its reason. */
  async #replaceReasons(failures: readonly ClaimedOutcome[], { plan, batch }: Target): Promise<void> {
    const now = this.clock.now();
    const updates = failures.flatMap(({ outcome: { documentId, function: name, classified }, document }) => {
      if (classified.outcome === 'answered') return [];
      const filter = keptFailureFilter(plan, documentId, batchMarkOf(batch), name);
      const attempt = readMarks(plan, document).attemptsOf(name);
      return [{ filter, update: keptFailureUpdate(plan, name, classified.error, { attempt, now }) }];
    });
    if (updates.length > 0) await this.documents.of(plan).bulk(updates);
  }
}

function isLacking(state: FunctionState | null): boolean {
  return state === 'failed' || state === 'retry';
}
