import { readTextFile, repository } from '@batchmill/contracts';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import type { ProjectFile } from '../init/template.js';

export interface ConsumerNames {
  readonly consumer: string;
  readonly pipeline: string;
  /** That of the pipeline's documents. */
  readonly collection: string;
}

/** The template is of these. Where it names one, the file of a user names the user's. */
const templateNames: ConsumerNames = { consumer: 'letter-filer', pipeline: 'letters', collection: 'mailroom' };

const folderName = 'template-of-consumer';
const folder =
  repository === null
    ? join(import.meta.dirname, '..', folderName)
    : join(repository, 'packages/batchmill', folderName);

/** The files of a new consumer. Those of the folder `consumers` have their paths from there. */
export function consumerFiles(names: ConsumerNames): ProjectFile[] {
  return globSync('**/*.*', { cwd: folder })
    .sort()
    .map((path) => ({ path: named(path, names), text: named(readTextFile(join(folder, path)), names) }));
}

/** At once, so that a name of the user that is one of the template's is not replaced again. */
function named(text: string, names: ConsumerNames): string {
  const kinds = new Map(Object.entries(templateNames).map(([kind, name]) => [name, kind as keyof ConsumerNames]));
  return text.replaceAll(new RegExp([...kinds.keys()].join('|'), 'g'), (found) => {
    const kind = kinds.get(found);
    return kind === undefined ? found : names[kind];
  });
}
