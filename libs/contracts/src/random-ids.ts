import { randomUUID } from 'node:crypto';
import { Ids } from './ids.js';

export class RandomIds extends Ids {
  next(): string {
    return randomUUID();
  }
}
