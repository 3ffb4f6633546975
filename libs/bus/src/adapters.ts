import type { Adapter } from '@batchmill/contracts/settings';
import type { Bus } from './bus.js';
import { embedded } from './embedded/adapter.js';
import { kafka } from './kafka/adapter.js';

/** Every bus that `BATCHMILL_BUS` can name. */
export const busAdapters: readonly Adapter<Bus>[] = [embedded, kafka];
