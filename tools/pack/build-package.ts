import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { rolldown, type OutputChunk } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'packages/batchmill');
const ours = '@batchmill/';
const tsconfig = join(root, 'tools/pack/tsconfig.json');
const entries = {
  index: join(source, 'src/index.ts'),
  consumer: join(source, 'src/consumer.ts'),
  pipeline: join(source, 'src/pipeline.ts'),
  simulator: join(source, 'src/simulator.ts'),
};

/** Here, and not in the manifest of the source: npm would link the command in this repository, where it is not built. */
const bin = { batchmill: 'bin/batchmill.js' };

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
}

/**
 * Builds the package `batchmill` into `packages/batchmill/build` and returns that folder. Our packages are bundled, with their
 * types. What they import of others becomes the package's dependencies, in the versions that the repository uses.
 */
export async function buildPackage(): Promise<string> {
  const folder = join(source, 'build');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const versions = versionsOf('@batchmill/cli');
  const external = [...versions.keys()].map(startingWith);
  const imported = await bundleCode(join(folder, 'dist'), external);
  await bundleTypes(join(folder, 'dist'), external);
  cpSync(join(root, 'packages/bundle/bin'), join(folder, 'bin'), { recursive: true });
  for (const file of ['LICENSE', 'NOTICE']) cpSync(join(root, file), join(folder, file));
  for (const part of ['README.md', 'CHANGELOG.md', 'template', 'template-of-consumer'])
    cpSync(join(source, part), join(folder, part), { recursive: true });
  writeManifest(folder, dependenciesOf(imported, versions));
  return folder;
}

/** Returns what the code imports from outside. */
async function bundleCode(dir: string, external: RegExp[]): Promise<string[]> {
  const input = {
    ...entries,
    cli: join(root, 'apps/cli/dist/main.js'),
    worker: join(root, 'apps/simulator/dist/worker.js'),
  };
  const bundle = await rolldown({ cwd: root, input, external, platform: 'node', tsconfig });
  const { output } = await bundle.write({ dir, format: 'esm', chunkFileNames: '[name]-[hash].js' });
  await bundle.close();
  const own = new Set(output.map(({ fileName }) => fileName));
  return output
    .filter((file): file is OutputChunk => file.type === 'chunk')
    .flatMap(({ imports, dynamicImports, code }) => [...imports, ...dynamicImports, ...requiredIn(code)])
    .filter((name) => !own.has(name));
}

/** What code loads at its first use, by the function of `createRequire`. */
function requiredIn(code: string): string[] {
  return [...code.matchAll(/\brequire(?:\$\d+)?\("([^"]+)"\)/g)].flatMap(([, name]) => name ?? []);
}

async function bundleTypes(dir: string, external: RegExp[]): Promise<void> {
  const checks = { bundlerTimings: false };
  const plugins = [dts({ cwd: root, tsconfig, resolver: 'tsc', eager: true, emitDtsOnly: true })];
  const bundle = await rolldown({ cwd: root, input: entries, external, platform: 'node', tsconfig, plugins, checks });
  const { output } = await bundle.write({ dir, format: 'esm', chunkFileNames: '[name]-[hash].d.ts' });
  await bundle.close();
  for (const file of output) {
    // The bundler keeps imports in types of which nothing is left.
    if (file.type === 'chunk') writeFileSync(join(dir, file.fileName), withoutBareImports(file.code));
  }
}

function writeManifest(folder: string, dependencies: Readonly<Record<string, string>>): void {
  const manifest = readManifest(source);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ ...manifest, bin, dependencies }, null, 2)}\n`);
}

/** Throws when something is imported of which no version is known. */
function dependenciesOf(imported: readonly string[], versions: ReadonlyMap<string, string>): Record<string, string> {
  const names = imported.filter((name) => !isBuiltin(name)).map(packageOf);
  return Object.fromEntries(
    [...new Set(names)].sort().map((name) => {
      const version = versions.get(name);
      if (version === undefined) throw new Error(`${name}: it is imported, and is no dependency of our packages`);
      return [name, version];
    }),
  );
}

/** The versions of what our packages depend on, from one of them on. */
function versionsOf(name: string, found = new Map<string, string>(), seen = new Set<string>()): Map<string, string> {
  if (seen.has(name)) return found;
  seen.add(name);
  for (const [dependency, version] of Object.entries(readManifest(folderOf(name)).dependencies ?? {})) {
    if (dependency.startsWith(ours)) versionsOf(dependency, found, seen);
    else found.set(dependency, version);
  }
  return found;
}

function folderOf(name: string): string {
  const folders = ['apps', 'libs'].map((parent) => join(root, parent, name.slice(ours.length)));
  const folder = folders.find((each) => existsSync(each));
  if (folder === undefined) throw new Error(`there is no package ${name}`);
  return folder;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** `ajv/dist/2020.js` is of `ajv`, `@nestjs/common/x` of `@nestjs/common`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function startingWith(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.]/g, '\\.')}(?:/|$)`);
}

function withoutBareImports(code: string): string {
  return code.replaceAll(/^import "[^"]+";\n/gm, '');
}
