import { ValidationError, type Clock, type Ids } from '@batchmill/contracts';
import type { Blobs } from '@batchmill/blobs';
import { FolderBlobs } from '@batchmill/blobs/folder';
import { join } from 'node:path';
import type { Settings } from '../settings/index.js';

/** A URL after `gridfs:` names the database. Without one, it is the database of Batchmill's state. */
export async function openBlobs(
  { installation: { home }, adapters: { blobs, store } }: Settings,
  { clock, ids }: { clock: Clock; ids: Ids },
): Promise<Blobs> {
  if (blobs.scheme !== 'gridfs') {
    return FolderBlobs.open({ folder: blobs.scheme === 'file' ? blobs.url : join(home, 'blobs'), ids });
  }
  const databaseUrl = blobs.url.slice('gridfs:'.length);
  const { GridFsBlobs } = await import('@batchmill/blobs/gridfs');
  if (/^mongodb(?:\+srv)?:/.test(databaseUrl)) return GridFsBlobs.open({ url: databaseUrl, ids, clock });
  if (databaseUrl !== '') {
    throw new ValidationError(
      'settings.no-database',
      'BATCHMILL_BLOBS: found something else than a MongoDB URL after gridfs:, expected gridfs: or gridfs:mongodb://…/db',
    );
  }
  if (store.scheme === 'embedded') {
    throw new ValidationError(
      'settings.no-database',
      'BATCHMILL_BLOBS: found gridfs: without a MongoDB in BATCHMILL_STORE; set BATCHMILL_STORE=mongodb://…, or leave BATCHMILL_BLOBS unset',
    );
  }
  return GridFsBlobs.open({ url: store.url, ids, clock });
}
