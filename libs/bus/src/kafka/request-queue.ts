import type { OutgoingMessage } from '../bus.js';
import type { Publication } from './publication.js';

/** A message that waits to be sent. */
export interface Part {
  readonly message: OutgoingMessage;
  readonly bytes: number;
  readonly publication: Publication;
}

/** By default brokers accept a megabyte per partition in one request; a single message may be larger. */
export const requestBytes = 900_000;
const requestMessages = 500;
/** The overhead of a record beside key, value and headers, at most. */
const recordBytes = 40;

/** Messages in the order of publication, taken in portions that fit into one request. */
export class RequestQueue {
  private readonly parts: Part[] = [];

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  add(publication: Publication): void {
    for (const message of publication.messages) this.parts.push(partOf(message, publication));
  }

  /** The oldest; messages of failed publications are skipped. */
  take(): Part[] {
    let bytes = 0;
    let count = 0;
    for (const part of this.parts) {
      bytes += part.bytes;
      if (count > 0 && (bytes > requestBytes || count >= requestMessages)) break;
      count += 1;
    }
    return this.parts.splice(0, count).filter(({ publication }) => !publication.isFailed);
  }
}

function partOf(message: OutgoingMessage, publication: Publication): Part {
  const { key, value, headers } = message;
  const texts = [key ?? '', ...Object.entries(headers).flat()];
  const bytes = [...texts, value ?? ''].reduce((sum, each) => sum + Buffer.byteLength(each), recordBytes);
  return { message, bytes, publication };
}
