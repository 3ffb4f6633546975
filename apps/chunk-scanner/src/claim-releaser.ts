import { Blobs } from '@batchmill/blobs';
import { isBatchmillError } from '@batchmill/contracts';
import { readPath } from '@batchmill/documents';
import {
  Batches,
  Claims,
  Documents,
  heldMarksOf,
  markOf,
  noDocuments,
  readMembers,
  releaseUpdate,
  slicesOf,
  type Claim,
  type DocumentCounts,
  type DocumentMarks,
  type Leased,
  type MarkedFields,
  type Run,
  type Transition,
} from '@batchmill/records';
import type { Fields } from '@batchmill/store';
import { Log } from '@batchmill/telemetry';
import { Injectable } from '@nestjs/common';

/** Where a run keeps the marks on its documents. */
interface MarkedCollection extends MarkedFields {
  readonly collection: string;
}

/**
 * Closes the claims of a cancelled run that cannot be closed like others, because its pipeline or the list of their members is
 * gone. Documents in progress go back. The run's storage targets, stored when it was accepted, say where they are.
 */
@Injectable()
export class ClaimReleaser {
  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly documents: Documents,
    private readonly blobs: Blobs,
    private readonly log: Log,
  ) {}

  /** Closes the run's claims whose batches have all ended. Call it once the scan has ended. */
  async *release(run: Leased<Run>): AsyncGenerator<Transition<never>, void, undefined> {
    const claims = await Array.fromAsync(this.claims.ofRun(run.id));
    const retriedOf = (id: string): number =>
      claims.reduce((sum, { previousClaimId, documents }) => sum + (previousClaimId === id ? documents : 0), 0);
    for (const claim of claims) {
      const isEnded = claim.state === 'built' && (await this.batches.countUningested(claim._id)) === 0;
      if (claim.state !== 'open' && !isEnded) continue;
      const counts = await this.#releaseDocuments(run.data, claim, retriedOf(claim._id));
      const { scan } = run.data;
      // The next claim is the one that ends the run.
      if (scan.nextNumber <= claim.number) await run.save({ scan: { ...scan, nextNumber: claim.number + 1 } });
      yield this.claims.transition(claim._id, { from: claim.state, to: 'done', changes: { counts } });
      run.throwIfStopping();
    }
  }

  /** `retried`: how many of the claim's documents a later claim counts. */
  async #releaseDocuments(run: Run, claim: Claim, retried: number): Promise<DocumentCounts> {
    const place = markedCollectionOf(run);
    if (place === null) {
      const logged = 'a cancelled run ends without its documents; see them by: batchmill documents release';
      this.log.error(logged, { operation: 'chunk-scanner', runId: run._id, claimId: claim._id });
      return { ...noDocuments, left: claim.documents };
    }
    const documents = this.documents.collection(place.collection);
    const { status } = place;
    let counts = noDocuments;
    for await (const slice of slicesOf(this.#documentsOf(place, claim))) {
      const held = slice.filter((document) => readPath(document, status.field) === status.inProgress);
      if (held.length > 0)
        await documents.bulk(held.map((one) => releaseUpdate(place, one['_id'], heldMarksOf(place, one))));
      for (const document of slice) {
        const outcome = outcomeOf(place, document);
        counts = { ...counts, [outcome]: counts[outcome] + 1 };
      }
    }
    const { succeeded, failed, left } = counts;
    return { ...counts, takenOver: Math.max(0, claim.documents - retried - succeeded - failed - left) };
  }

  /** The documents that carry the claim: by the list of its members, else by a search through the whole collection. */
  async *#documentsOf({ collection, status, infoField }: MarkedCollection, claim: Claim): AsyncGenerator<Fields> {
    const marked = { [`${infoField}.claimId`]: markOf(claim) };
    const documents = this.documents.collection(collection);
    const options = { projection: { [status.field]: 1, [infoField]: 1 } } as const;
    const members = claim.sealedMembers ?? claim.members;
    if (members === null) return;
    try {
      for await (const slice of slicesOf(readMembers(this.blobs, members))) {
        yield* documents.find({ _id: { $in: slice.map(({ id }) => id) }, ...marked }, options);
      }
    } catch (error) {
      if (!isMissingBlob(error)) throw error;
      yield* documents.find(marked, options);
    }
  }
}

/** A document that had ended before the claim added functions has ended again, with these to be retried. */
function outcomeOf({ status, infoField }: MarkedCollection, document: Fields): 'succeeded' | 'failed' | 'left' {
  const functions = readPath(document, `${infoField}.functions`) as DocumentMarks['functions'];
  if (Object.values(functions ?? {}).some(({ state }) => state === 'retry')) return 'left';
  const value = readPath(document, status.field);
  return value === status.completed ? 'succeeded' : value === status.failed ? 'failed' : 'left';
}

/** True for an error that says that a blob is gone, as when the state was restored without the blobs. */
export function isMissingBlob(error: unknown): boolean {
  return isBatchmillError(error) && error.code === 'blobs.missing';
}

/** Null in a run that an earlier version accepted. */
function markedCollectionOf({ storageTargets }: Run): MarkedCollection | null {
  const collection = storageTargets?.['source.collection'];
  const infoField = storageTargets?.['processingInfoField'];
  const field = storageTargets?.['status.field'];
  const pending = storageTargets?.['status.pending'];
  const inProgress = storageTargets?.['status.inProgress'];
  const completed = storageTargets?.['status.completed'];
  const failed = storageTargets?.['status.failed'];
  if (collection === undefined || infoField === undefined || field === undefined) return null;
  if (pending === undefined || inProgress === undefined || completed === undefined || failed === undefined) return null;
  return { collection, infoField, status: { field, pending, inProgress, completed, failed } };
}
