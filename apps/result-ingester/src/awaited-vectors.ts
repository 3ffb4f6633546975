import { Clock } from '@batchmill/contracts';
import { writeEmbedding, writeResultLine } from '@batchmill/provider';
import { Batches, Claims, EmbeddedTexts, type Batch, type IngestionPart, type RequestedLine } from '@batchmill/records';
import { Injectable } from '@nestjs/common';
import type { BatchToIngest } from './result-slices.js';

/** How soon a batch is looked at again that waits for others: these are at the provider, or they are ingested at this moment. */
const providerMs = 5_000;
const ingestingMs = 500;
const textsPerLookup = 500;
/** While a batch is in one of these, it may still write vectors that the provider has made. None of them waits for another batch. */
const writingParts: readonly IngestionPart[] = ['copy', 'output', 'error', 'problems'];

/** The vectors of texts that other documents have asked for are not there yet. */
export class TextsAwaited extends Error {
  constructor(
    readonly claimId: string,
    readonly retryAt: Date,
  ) {
    super('the vectors of other batches are not stored yet');
  }
}

/** Finds the vectors of the texts for which other documents of the run have asked. */
@Injectable()
export class AwaitedVectors {
  constructor(
    private readonly claims: Claims,
    private readonly batches: Batches,
    private readonly embeddedTexts: EmbeddedTexts,
    private readonly clock: Clock,
  ) {}

  /**
   * Result lines of the requests whose vector is stored. Throws a TextsAwaited while one of the others may still come; the requests
   * without a line are sent by themselves then. One that is given up waits for none.
   */
  async *linesOf(ingested: BatchToIngest): AsyncGenerator<string, void, undefined> {
    const { batch, plan, sent, isGivenUp } = ingested;
    const awaited = sent.requests.filter((request) => request.awaits !== undefined);
    if (awaited.length === 0) return;
    if (!isGivenUp) await this.#throwIfComing(batch, awaited);
    for (let from = 0; from < awaited.length; from += textsPerLookup) {
      const requests = awaited.slice(from, from + textsPerLookup);
      const found = await this.embeddedTexts.find(
        plan,
        requests.flatMap(({ textHash }) => textHash ?? []),
      );
      for (const { customId, textHash = '', awaits } of requests) {
        const vector = found.get(textHash);
        if (vector === undefined || awaits === undefined) continue;
        const body = writeEmbedding(vector, { model: batch.model, inputTokens: awaits.inputTokens });
        const answer = { statusCode: 200, requestId: null, body, serviceTier: null };
        yield writeResultLine(`reused_${customId}`, customId, answer);
      }
    }
  }

  async #throwIfComing(batch: Batch, awaited: readonly RequestedLine[]): Promise<void> {
    for (const claimId of new Set(awaited.flatMap(({ awaits }) => awaits?.claimId ?? []))) {
      const waitMs = await this.#waitFor(claimId, batch);
      if (waitMs !== null) throw new TextsAwaited(claimId, this.#after(waitMs));
    }
  }

  /**
   * When a batch that has waited is looked at again, because it would wait for the same claim. Null: it may go on. It is known without the
   * manifest, which may have 50,000 lines, since a wait may take hours.
   */
  async retryAt(batch: Batch): Promise<Date | null> {
    const { ingestion, abandonment, stall } = batch;
    if (ingestion.awaits === undefined || ingestion.part !== 'reuse') return null;
    // It may be given up.
    if (abandonment != null || stall != null) return null;
    const waitMs = await this.#waitFor(ingestion.awaits, batch);
    return waitMs === null ? null : this.#after(waitMs);
  }

  #after(waitMs: number): Date {
    return new Date(this.clock.now().getTime() + waitMs);
  }

  /**
   * Null: no batch of the claim will write further vectors. What is parked is not waited for. Neither is a batch that waits for room in a
   * spending limit: this one gives back what it has reserved when it is ingested.
   */
  async #waitFor(claimId: string, { _id, claimId: ownClaim }: Batch): Promise<number | null> {
    const claim = await this.claims.get(claimId);
    if (claim === null || claim.state === 'done') return null;
    // Earlier batches of the own claim are built.
    if (claimId !== ownClaim && claim.state !== 'built' && !claim.parked) return providerMs;
    let waitMs: number | null = null;
    for await (const { _id: other, state, parked, held, ingestion } of this.batches.ofClaim(claimId)) {
      if (other === _id || parked || (state === 'built' && held?.about === 'limit')) continue;
      if (state === 'built' || state === 'submitted') return providerMs;
      if (state === 'settled' && writingParts.includes(ingestion.part)) waitMs = ingestingMs;
    }
    return waitMs;
  }
}
