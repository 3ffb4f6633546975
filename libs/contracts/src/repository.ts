import { join } from 'node:path';

const place = /[\\/](?:libs[\\/]contracts[\\/](?:src|dist)|packages[\\/](bundle)[\\/]dist)$/.exec(import.meta.dirname);

/**
 * The folder of the repository that this file is a part of, as source, as build or in the bundle of the apps; null where Batchmill
 * is installed as a package. What comes with the repository (its pipelines, its apps) is found from here.
 */
export const repository: string | null = place === null ? null : join(import.meta.dirname, '../../..');

/** The libraries for definitions are loaded under it, as the same modules that this file is a part of: `…/pipeline`. */
export const libraryScope: string =
  place === null ? 'batchmill' : place[1] === undefined ? '@batchmill' : '@batchmill/bundle';
