import { join } from 'node:path';

/** The folder of the services that come with Batchmill, and of those that were added: as near to `dist` as to `src`. */
export const shippedApps = join(import.meta.dirname, '../../../../apps');
