import { ValidationError, readTextFile } from '@batchmill/contracts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { ownDependency } from './own-package.js';
import { projectFiles, templateManifest } from './template.js';
import { writeFiles, writeWithFolder, type WrittenFiles } from './write-files.js';

export interface ProjectOptions {
  readonly pipeline: string;
  /** Whether the user's Node is too old, so that the package `node` is to bring one. */
  readonly needsNode: boolean;
}

export interface WrittenProject extends WrittenFiles {
  /** Whether a package.json was there, to which dependencies and scripts were added. */
  readonly isAdded: boolean;
  /** Whether a `.env` was there that does not choose the simulated OpenAI. */
  readonly isPaid: boolean;
  /** Lines of our `.gitignore` that one which was there lacks. */
  readonly unignored: readonly string[];
}

/** Of the package `node`. */
const nodeVersion = '24.21.0';

type Manifest = Record<string, unknown>;

/**
 * Writes the files of a project into a folder, which need not exist. A file that exists stays as it is. A package.json that
 * exists gets what it lacks. Throws a ValidationError: `init.bad-package` when that is not JSON, `init.cannot-write`.
 */
export function writeProject(folder: string, options: ProjectOptions): WrittenProject {
  const manifestFile = join(folder, 'package.json');
  const existing = existsSync(manifestFile) ? readManifest(manifestFile) : null;
  const files = projectFiles(options.pipeline);
  // The example as it is: nothing is spent before somebody changes it.
  files.push(...files.filter(({ path }) => path === '.env.example').map((file) => ({ ...file, path: '.env' })));
  // Pipelines are modules, also in a project that is not one.
  if (existing !== null && existing['type'] !== 'module')
    files.push({ path: 'pipelines/package.json', text: '{ "type": "module" }\n' });
  writeWithFolder(manifestFile, `${JSON.stringify(manifestOf(existing, folder, options), null, 2)}\n`);
  const { written, kept } = writeFiles(folder, files);
  const { OPENAI_BASE_URL: provider } = parseEnv(readTextFile(join(folder, '.env')));
  const isIgnored = readTextFile(join(folder, '.gitignore'))
    .split('\n')
    .map((line) => line.trim().replace(/\/$/, ''));
  const unignored = ['.env', '.batchmill'].filter((path) => !isIgnored.includes(path));
  return {
    ...{ written: ['package.json', ...written], kept, isAdded: existing !== null },
    ...{ isPaid: provider !== 'simulated', unignored },
  };
}

/** What a user's package.json says already wins, except for the version of Batchmill. */
function manifestOf(existing: Manifest | null, folder: string, { pipeline, needsNode }: ProjectOptions): Manifest {
  const template = templateManifest(pipeline);
  const both = (key: string): Record<string, unknown> => ({
    ...(template[key] as Record<string, unknown>),
    ...(existing?.[key] as Record<string, unknown> | undefined),
  });
  return {
    ...(existing ?? template),
    scripts: both('scripts'),
    dependencies: { ...both('dependencies'), batchmill: ownDependency(folder) },
    devDependencies: { ...both('devDependencies'), ...(needsNode ? { node: nodeVersion } : {}) },
  };
}

function readManifest(file: string): Manifest {
  try {
    return JSON.parse(readTextFile(file)) as Manifest;
  } catch (error) {
    throw new ValidationError('init.bad-package', `${file}: found no JSON, expected the package.json of a project`, {
      cause: error,
    });
  }
}
