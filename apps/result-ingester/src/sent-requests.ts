import type { Blobs } from '@batchmill/blobs';
import { readManifest, type RequestedLine, type UnrenderedLine } from '@batchmill/records';

/** The manifest of a batch: its requests in the order of the batch file, and the prompts that could not be rendered. */
export class SentRequests {
  private constructor(
    readonly requests: readonly RequestedLine[],
    readonly unrendered: readonly UnrenderedLine[],
    private readonly indexes: ReadonlyMap<string, number>,
  ) {}

  static async read(blobs: Blobs, manifest: string): Promise<SentRequests> {
    const requests: RequestedLine[] = [];
    const unrendered: UnrenderedLine[] = [];
    const indexes = new Map<string, number>();
    for await (const line of readManifest(blobs, manifest)) {
      if (line.customId === null) {
        unrendered.push(line);
        continue;
      }
      indexes.set(line.customId, requests.length);
      requests.push(line);
    }
    return new SentRequests(requests, unrendered, indexes);
  }

  /** The index of a request in `requests`; null when the batch has no request with this `custom_id`. */
  indexOf(customId: string): number | null {
    return this.indexes.get(customId) ?? null;
  }
}
