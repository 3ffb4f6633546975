import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { addToCompose, composeFile } from './add-to-compose.ts';
import { addToLock } from './add-to-lock.ts';
import { manifestOf } from './manifest-of.ts';
import { fillIn, nameForms } from './name-forms.ts';
import { templates } from './templates.ts';

export interface Added {
  /** Files in its own folder, relative to it. */
  readonly written: readonly string[];
  /** The changed files outside of it. */
  readonly touched: readonly string[];
  /** False when there is no node_modules in which to link it. */
  readonly linked: boolean;
}

const lockFile = 'package-lock.json';

/** Writes a consumer. The name was checked by `whyNotNamed`. All texts are made before the first file is written. */
export async function addConsumer(root: string, name: string): Promise<Added> {
  const folder = `apps/${name}`;
  const manifest = manifestOf(root, name);
  const forms = nameForms(name);
  const ownFiles = [
    { path: 'package.json', text: JSON.stringify(manifest) },
    ...templates().map(({ path, text }) => ({ path: fillIn(path, forms), text: fillIn(text, forms) })),
  ];
  const changes = [
    ...(await Promise.all(ownFiles.map(({ path, text }) => formatted(root, join(folder, path), text)))),
    { path: composeFile, text: addToCompose(readFileSync(join(root, composeFile), 'utf8'), name) },
    { path: lockFile, text: addToLock(readFileSync(join(root, lockFile), 'utf8'), folder, manifest) },
  ];
  for (const { path, text } of changes) write(join(root, path), text);
  const paths = changes.map(({ path }) => path);
  return {
    written: paths.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1)),
    touched: paths.filter((path) => !path.startsWith(`${folder}/`)),
    linked: link(root, name),
  };
}

async function formatted(root: string, path: string, text: string): Promise<{ path: string; text: string }> {
  if (!/\.(?:ts|json|md)$/.test(path)) return { path, text };
  const config = await resolveConfig(join(root, path));
  return { path, text: await format(text, { ...config, filepath: path }) };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** Links the package as `npm install` does, which changes no file of the repository. */
function link(root: string, name: string): boolean {
  const installed = join(root, 'node_modules/@batchmill');
  if (!existsSync(installed)) return false;
  if (!existsSync(join(installed, name))) symlinkSync(`../../apps/${name}`, join(installed, name));
  return true;
}
