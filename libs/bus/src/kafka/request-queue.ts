import type { Message } from 'kafkajs';
import type { OutgoingMessage } from '../bus.js';
import type { Publication } from './publication.js';

/** One message on its way. */
export interface Part {
  readonly topic: string;
  readonly record: Message;
  readonly bytes: number;
  readonly publication: Publication;
}

/** Brokers take a megabyte of one partition at a time, unless they are told otherwise; one message may be larger. */
export const requestBytes = 900_000;
const requestMessages = 500;
/** What a record needs besides its key, its value and its headers, at most. */
const recordBytes = 40;

/** Messages in the order in which they were published, to be taken in portions that one request may carry. */
export class RequestQueue {
  private readonly parts: Part[] = [];

  get isEmpty(): boolean {
    return this.parts.length === 0;
  }

  add(publication: Publication): void {
    for (const message of publication.messages) this.parts.push(partOf(message, publication));
  }

  /** The oldest; what belongs to a publication that has failed is left out. */
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

function partOf({ topic, key, value, headers }: OutgoingMessage, publication: Publication): Part {
  const texts = [key ?? '', ...Object.entries(headers).flat()];
  const bytes = [...texts, value ?? ''].reduce((sum, each) => sum + Buffer.byteLength(each), recordBytes);
  return { topic, record: { key, value, headers: { ...headers } }, bytes, publication };
}
