import { Clock } from '@batchmill/contracts';
import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import {
  Documents,
  keptAnswerFilter,
  keptAnswerUpdate,
  keptFailureFilter,
  keptFailureUpdate,
  keptOutcomeUpdates,
  lastKeptAnswerFilter,
  lastKeptAnswerUpdate,
  marksProjection,
  readMarks,
  type Batch,
} from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import { Vectors } from '@batchmill/vectors';
import { Injectable } from '@nestjs/common';
import { renderAnswers, unusable, type ClaimedOutcome, type RenderedAnswer } from './render-answers.js';
import type { Outcome } from './result-slices.js';
import { refusalOf, writeVectorsOf } from './write-vectors.js';

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
    private readonly clock: Clock,
  ) {}

  async write(slice: readonly Outcome[], target: Target): Promise<void> {
    const lacking = await this.#readLacking(slice, target);
    const refused = await writeVectorsOf(lacking, target.plan, this.vectors);
    const stored = lacking.map((one) => {
      const error = refusalOf(one, refused);
      return error === null ? one : unusable(one, error);
    });
    const rendered = await renderAnswers(stored, { plan: target.plan, runId: target.batch.runId }, this.clock);
    await this.#writeAnswers(rendered.answers, target);
    await this.#replaceReasons([...rendered.unanswered, ...rendered.unusable], target);
  }

  async #readLacking(slice: readonly Outcome[], { plan, batch }: Target): Promise<ClaimedOutcome[]> {
    const ids = slice.map(({ documentId }) => documentId);
    const options = plan.endpointPlan.vectors === null ? {} : { projection: marksProjection(plan) };
    const byId = new Map<string, Fields>();
    for await (const document of this.documents.of(plan).find({ _id: { $in: ids } }, options)) {
      byId.set(encodeId(document['_id']), document);
    }
    return slice.flatMap((outcome) => {
      const document = byId.get(encodeId(outcome.documentId));
      if (document === undefined) return [];
      const marks = readMarks(plan, document);
      const isLacking = ['failed', 'retry'].includes(marks.stateOf(outcome.function) ?? '');
      return isLacking && marks.keptInOf(outcome.function) === batch._id ? [{ outcome, document }] : [];
    });
  }

  async #writeAnswers(answers: readonly RenderedAnswer[], { plan, batch }: Target): Promise<void> {
    if (answers.length === 0) return;
    const documents = this.documents.of(plan);
    const now = this.clock.now();
    const last = answers.map(({ outcome: { documentId, function: name }, update }) => ({
      filter: lastKeptAnswerFilter(plan, documentId, batch._id, name),
      update: lastKeptAnswerUpdate(plan, name, update, now),
    }));
    const { matched, refused } = await documents.bulk(last);
    if (matched === answers.length && refused.length === 0) return;
    await documents.bulk(
      answers.map(({ outcome: { documentId, function: name }, update }) => ({
        filter: keptAnswerFilter(plan, documentId, batch._id, name),
        update: keptAnswerUpdate(plan, name, update),
      })),
    );
    const ids = new Map(answers.map(({ outcome: { documentId } }) => [encodeId(documentId), documentId]));
    await documents.bulk([...ids.values()].flatMap((id) => keptOutcomeUpdates(plan, id, now)));
  }

  /** What waits to be requested again keeps its reason. */
  async #replaceReasons(failures: readonly ClaimedOutcome[], { plan, batch }: Target): Promise<void> {
    const now = this.clock.now();
    const updates = failures.flatMap(({ outcome: { documentId, function: name, classified }, document }) => {
      if (classified.outcome === 'answered') return [];
      const filter = keptFailureFilter(plan, documentId, batch._id, name);
      const attempt = readMarks(plan, document).attemptsOf(name);
      return [{ filter, update: keptFailureUpdate(plan, name, classified.error, { attempt, now }) }];
    });
    if (updates.length > 0) await this.documents.of(plan).bulk(updates);
  }
}
