import { join } from 'node:path';

/** The folder of the pipelines that come with Batchmill: as near to `dist` as to `src`. */
export const shippedPipelines = join(import.meta.dirname, '../../../../pipelines');
