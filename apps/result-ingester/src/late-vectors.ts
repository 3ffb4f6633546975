import { encodeId } from '@batchmill/documents';
import type { RunPlan } from '@batchmill/pipeline';
import { Documents, lateVectorUpdates, marksProjection, readMarks, type Marks } from '@batchmill/records';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';
import type { ClaimedOutcome } from './render-answers.js';

/** What a document is to the batch that has just upserted its vector. */
export type Standing =
  /** The vector is marked as stored, or nothing is to be marked. */
  | 'settled'
  /** The document still waits for this vector. */
  | 'waiting'
  /** Others have claimed the document since. Their vector may be replaced by this one. */
  | 'others';

interface Target {
  readonly plan: RunPlan;
  readonly batch: { readonly _id: string };
  /** By the document's marks as they are now. */
  readonly standingOf: (marks: Marks, functionName: string) => Standing;
}

/**
 * Looks after vectors that were upserted and could not be marked as stored, so that the vector of the newest text wins. Needed
 * only where a worker was late: it slept, lost its lease, and others have embedded the documents since.
 */
@Injectable()
export class LateVectors {
  constructor(
    private readonly documents: Documents,
    private readonly log: Log,
  ) {}

  /** Puts right what replaced the vectors of others. Returns the outcomes whose vector must be upserted once more. */
  async resolve(written: readonly ClaimedOutcome[], target: Target): Promise<ClaimedOutcome[]> {
    const { plan, batch, standingOf } = target;
    const byId = new Map(written.map((one) => [encodeId(one.outcome.documentId), one]));
    const filter = { _id: { $in: written.map(({ outcome }) => outcome.documentId) } };
    const documents = this.documents.of(plan);
    const waiting: ClaimedOutcome[] = [];
    const updates = [];
    for await (const document of documents.find(filter, { projection: marksProjection(plan) })) {
      const one = byId.get(encodeId(document['_id']));
      if (one === undefined) continue;
      const { documentId, function: name } = one.outcome;
      const marks = readMarks(plan, document);
      const standing = standingOf(marks, name);
      const isReplaced = marks.lateVectorsOf(name) !== readMarks(plan, one.document).lateVectorsOf(name);
      if (standing === 'waiting' && isReplaced) waiting.push(one);
      const { claimId } = marks;
      if (standing !== 'others' || claimId === null) continue;
      updates.push(...lateVectorUpdates(plan, documentId, name, { claimId, lateVectors: marks.lateVectorsOf(name) }));
    }
    if (updates.length > 0) {
      const { matched } = await documents.bulk(updates);
      this.log.warn('vectors were written late, over those of newer texts; these are written or requested again', {
        batchId: batch._id,
        documents: matched,
      });
    }
    return waiting;
  }
}
