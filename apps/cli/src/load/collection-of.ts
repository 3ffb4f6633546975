import { ValidationError } from '@batchmill/contracts';
import type { Settings } from '@batchmill/service';

/** The collection that a command names, else that of the settings. */
export function collectionOf(named: string | undefined, settings: Settings): string {
  const name = named ?? settings.documents.collection;
  if (name !== null) return name;
  throw new ValidationError(
    'load.no-collection',
    '--collection: found nothing, wanted the collection of the documents; a pipeline says it as source.collection',
  );
}
