import { readTextFile } from '@batchmill/contracts';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { writeFiles, type WrittenFiles } from '../init/write-files.js';
import { consumerFiles, type ConsumerNames } from './consumer-template.js';

/** Writes the files of a consumer into its project, with a test. Files that exist stay as they are. */
export function writeConsumer(consumersFolder: string, names: ConsumerNames): WrittenFiles {
  const project = dirname(consumersFolder);
  const own = basename(consumersFolder);
  const files = consumerFiles(names).map(({ path, text }) => ({
    path: path.replace(/^consumers(?=[\\/])/, () => own),
    text,
  }));
  // Consumers are modules, also in a project that is not one.
  if (!isModule(project)) files.push({ path: join(own, 'package.json'), text: '{ "type": "module" }\n' });
  return writeFiles(project, files);
}

/** What the project lacks to compile consumers, and to run one as a service beside the stages of its Compose file. */
export function missingIn(consumersFolder: string, { consumer }: ConsumerNames): string[] {
  const project = dirname(consumersFolder);
  const own = basename(consumersFolder);
  const tsconfig = textOf(join(project, 'tsconfig.json'));
  const compose = textOf(join(project, 'compose.yaml'));
  return [
    ...(tsconfig !== null && tsconfig.includes('"include"') && !tsconfig.includes(`"${own}"`)
      ? [`In tsconfig.json, add "${own}" to "include".`]
      : []),
    ...(compose !== null && compose.includes('&stage') && !compose.includes(`\n  ${consumer}:`)
      ? [
          `In compose.yaml, add a service beside the stages:\n\n  ${consumer}:\n    <<: *stage\n    command: [serve, ${consumer}]`,
        ]
      : []),
  ];
}

function isModule(project: string): boolean {
  const text = textOf(join(project, 'package.json'));
  if (text === null) return false;
  try {
    return (JSON.parse(text) as { type?: unknown }).type === 'module';
  } catch {
    return false;
  }
}

function textOf(file: string): string | null {
  return existsSync(file) ? readTextFile(file) : null;
}
