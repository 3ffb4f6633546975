import type { Blobs } from '@batchmill/blobs';
import { isUnsent, readManifest, type RequestedLine, type UnrenderedLine } from '@batchmill/records';

/** The manifest of a batch: its requests in the order of the batch file, and the prompts that could not be rendered. */
export class SentRequests {
  private constructor(
    /** Those that are not in the batch file as well. */
    readonly requests: readonly RequestedLine[],
    readonly unrendered: readonly UnrenderedLine[],
    private readonly indexes: ReadonlyMap<string, number>,
    /** Only where they differ from the indexes: by index, the line in the batch file, from 1. */
    private readonly lines: readonly number[] | null,
    private readonly copies: ReadonlyMap<string, readonly RequestedLine[]>,
  ) {}

  static async read(blobs: Blobs, manifest: string): Promise<SentRequests> {
    const requests: RequestedLine[] = [];
    const unrendered: UnrenderedLine[] = [];
    const indexes = new Map<string, number>();
    const copies = new Map<string, RequestedLine[]>();
    for await (const line of readManifest(blobs, manifest)) {
      if (line.customId === null) {
        unrendered.push(line);
        continue;
      }
      indexes.set(line.customId, requests.length);
      requests.push(line);
      if (line.copyOf === undefined) continue;
      const others = copies.get(line.copyOf);
      if (others === undefined) copies.set(line.copyOf, [line]);
      else others.push(line);
    }
    return new SentRequests(requests, unrendered, indexes, linesOf(requests, indexes), copies);
  }

  /** The index of a request in `requests`; null when the batch has no request with this `custom_id`. */
  indexOf(customId: string): number | null {
    return this.indexes.get(customId) ?? null;
  }

  /** Its line in the batch file, from 1, or that of the request whose answer it takes; 0: it takes an earlier answer. */
  lineOf(index: number): number {
    return this.lines === null ? index + 1 : (this.lines[index] ?? 0);
  }

  /** Whether requests take the answers to others of the batch. */
  get hasCopies(): boolean {
    return this.copies.size > 0;
  }

  /** The requests that take the answer to this one. */
  copiesOf(customId: string): readonly RequestedLine[] {
    return this.copies.get(customId) ?? [];
  }

  /** Whether nobody is billed for the answer to a request. */
  isFree(index: number): boolean {
    const request = this.requests[index];
    return request !== undefined && isUnsent(request);
  }
}

function linesOf(requests: readonly RequestedLine[], indexes: ReadonlyMap<string, number>): number[] | null {
  if (!requests.some(isUnsent)) return null;
  const lines: number[] = [];
  let last = 0;
  for (const request of requests) lines.push(isUnsent(request) ? 0 : (last += 1));
  for (const [index, { copyOf }] of requests.entries()) {
    if (copyOf !== undefined) lines[index] = lines[indexes.get(copyOf) ?? index] ?? 0;
  }
  return lines;
}
