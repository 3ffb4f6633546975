import { ValidationError, type Clock, type Ids } from '@batchmill/contracts';
import type { Blobs } from '@batchmill/blobs';
import { FolderBlobs } from '@batchmill/blobs/folder';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

/** GridFS is that of the database of our own state, unless the setting names another after `gridfs:`. */
export async function openBlobs(
  { installation: { home }, adapters: { blobs, store } }: Settings,
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<Blobs> {
  if (blobs.scheme !== 'gridfs') {
    return FolderBlobs.open({ folder: blobs.scheme === 'file' ? blobs.url : join(home, 'blobs'), ids });
  }
  const said = blobs.url.slice('gridfs:'.length);
  const { GridFsBlobs } = await import('@batchmill/blobs/gridfs');
  if (/^mongodb(?:\+srv)?:/.test(said)) return GridFsBlobs.open({ url: said, ids, clock });
  if (said !== '') {
    throw new ValidationError(
      'settings.no-database',
      'BATCHMILL_BLOBS: wanted gridfs:, or gridfs:mongodb://…/db; what follows gridfs: is no URL of a MongoDB',
    );
  }
  if (store.scheme === 'embedded') {
    throw new ValidationError(
      'settings.no-database',
      'BATCHMILL_BLOBS: found gridfs:, and BATCHMILL_STORE is no MongoDB; set BATCHMILL_STORE=mongodb://…, or leave BATCHMILL_BLOBS out',
    );
  }
  return GridFsBlobs.open({ url: store.url, ids, clock });
}
