import { randomUUID } from 'node:crypto';

/** Random ids. Injected, so that tests choose them. */
export abstract class Ids {
  /** A UUID in lower case. */
  abstract next(): string;
}

export class RandomIds extends Ids {
  next(): string {
    return randomUUID();
  }
}
