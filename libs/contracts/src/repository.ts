import { join } from 'node:path';

/**
 * The folder of the repository that this file is a part of, as source or as build; null where Batchmill is installed as a
 * package. What comes with the repository (its pipelines, its apps) is found from here.
 */
export const repository: string | null = /[\\/]libs[\\/]contracts[\\/](?:src|dist)$/.test(import.meta.dirname)
  ? join(import.meta.dirname, '../../..')
  : null;
