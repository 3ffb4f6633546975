import type { Blobs } from '@batchmill/blobs';
import { readManifest, type RequestedLine, type UnrenderedLine } from '@batchmill/records';

/** What a batch's manifest says: the requests in the file's order, and what could not be rendered. */
export class SentRequests {
  private constructor(
    readonly requests: readonly RequestedLine[],
    readonly unrendered: readonly UnrenderedLine[],
    private readonly places: ReadonlyMap<string, number>,
  ) {}

  static async read(blobs: Blobs, manifest: string): Promise<SentRequests> {
    const requests: RequestedLine[] = [];
    const unrendered: UnrenderedLine[] = [];
    const places = new Map<string, number>();
    for await (const line of readManifest(blobs, manifest)) {
      if (line.customId === null) {
        unrendered.push(line);
        continue;
      }
      places.set(line.customId, requests.length);
      requests.push(line);
    }
    return new SentRequests(requests, unrendered, places);
  }

  /** Where the request of this id stands in the file; null: it is none of this batch. */
  placeOf(customId: string): number | null {
    return this.places.get(customId) ?? null;
  }
}
