import { Blobs } from '@batchmill/blobs';
import { encodeId } from '@batchmill/documents';
import { isTooLargeFor } from '@batchmill/pipeline';
import { Batches, Claims, mostUnasked, readManifest, type Claim } from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import type { Filling } from './fill-batch.js';
import { writeUnit } from './write-unit.js';
import type { Unit } from './read-units.js';

/**
 * The documents that a run begins with, as long as it has asked nothing. When none of the first hundred gets as far as a request, the
 * mistake is in the pipeline, or in all documents: the others are spared.
 */
@Injectable()
export class UnaskedDocuments {
  constructor(
    private readonly batches: Batches,
    private readonly claims: Claims,
    private readonly blobs: Blobs,
  ) {}

  /**
   * How many of the claim's documents complete the hundred. Null: the run has asked something, or more documents are needed.
   * early: an earlier claim, which counts, is not built yet.
   */
  async leftFor({ runId, number, documents }: Claim): Promise<number | 'early' | null> {
    if (await this.batches.hasRequestsOfRun(runId)) return null;
    let before = 0;
    let isEarly = false;
    for await (const claim of this.claims.ofRun(runId)) {
      if (claim.number >= number) continue;
      before += claim.documents;
      if ((claim.state === 'open' || claim.state === 'sealed') && !claim.parked) isEarly = true;
    }
    const left = Math.max(1, mostUnasked - before);
    if (documents < left) return null;
    return isEarly ? 'early' : left;
  }

  /** True when no unit has a request, and so many documents have failed. Ends with the first request. */
  async areUnasked(
    units: AsyncIterable<Unit>,
    documents: number,
    { providerLimits, source }: Filling,
  ): Promise<boolean> {
    const failed = new Set<number>();
    for await (const unit of units) {
      const written = writeUnit(unit, source, { customIds: new Set(), byKey: new Map() });
      if (written.requests + written.unsent > 0 && !isTooLargeFor(providerLimits, written)) return false;
      failed.add(unit.position.member);
    }
    return failed.size >= documents;
  }

  /** Why the run is stopped, with the commonest error. `manifest`: that of the batch that is not inserted yet. */
  async reason(runId: string, manifest: string): Promise<string> {
    const all = new Set<string>();
    const byCode = new Map<string, { readonly message: string; readonly documents: Set<string> }>();
    for (const name of [...(await this.#manifestsOf(runId)), manifest]) {
      for await (const line of readManifest(this.blobs, name)) {
        if (line.customId !== null) continue;
        const { code, message } = line.error;
        const counted = byCode.get(code) ?? { message, documents: new Set() };
        byCode.set(code, counted);
        counted.documents.add(encodeId(line.documentId));
        all.add(encodeId(line.documentId));
      }
    }
    const [first] = [...byCode].sort(([, one], [, other]) => other.documents.size - one.documents.size);
    const most = first === undefined ? '' : ` (${first[1].documents.size} failed as ${first[0]}: ${first[1].message})`;
    return (
      `none of the first ${all.size} documents could be asked${most}, so nothing was sent and the others stay pending; ` +
      'change the prompt, the pipeline or the documents, then run with --redo failed'
    );
  }

  async #manifestsOf(runId: string): Promise<string[]> {
    return Array.fromAsync(this.batches.ofRun(runId), ({ manifest }) => manifest);
  }
}
