/**
 * Builds into `dist` what runs in a container and in a clone: a file per app, and libraries for the definitions of users. Everything
 * is in it, packages of others too, except what is not code. Thousands of single files take Node seconds to find and to load.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown, type InputOptions, type Plugin } from 'rolldown';

const root = join(import.meta.dirname, '../..');
const dist = join(import.meta.dirname, 'dist');

/** Loaded at run time by their names: native code, and data of which a process uses a part. */
const external = [/^node:/, /^sqlite-vec/, /^@pydantic\/genai-prices/, /^gpt-tokenizer\/encoding/];

const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'dist/main.js')));
const consumers = apps.filter((app) => isConsumer(app));

rmSync(dist, { recursive: true, force: true });
const bundle = await rolldown({
  cwd: root,
  input: {
    ...Object.fromEntries(apps.map((app) => [`apps/${app}`, `apps/${app}/dist/main.js`])),
    // A consumer is imported by its name, as are the libraries, by the definitions of users.
    ...Object.fromEntries(consumers.map((app) => [`libraries/${app}`, `apps/${app}/dist/index.js`])),
    'libraries/pipeline': 'libs/pipeline/dist/index.js',
    'libraries/consumer': 'libs/consumer/dist/index.js',
    worker: 'apps/simulator/dist/worker.js', // found beside the code that starts it
  },
  external,
  platform: 'node',
  plugins: [asciiOnly()],
  onLog: failOnWarning(),
});
await bundle.write({ dir: dist, format: 'esm', chunkFileNames: '[name]-[hash].js', comments: false, keepNames: true });
await bundle.close();
mkdirSync(dist, { recursive: true });
for (const app of apps) writeFileSync(join(dist, `${app}.js`), starting(app));

/** Node keeps what it compiled in the folder for temporary files, for the next start. */
function starting(app: string): string {
  return [
    "import { enableCompileCache, flushCompileCache } from 'node:module';",
    'enableCompileCache();',
    '// A process that is killed keeps nothing.',
    'setTimeout(flushCompileCache, 10_000).unref();',
    `await import('./apps/${app}.js');`,
    '',
  ].join('\n');
}

/** V8 holds the text of a file in memory, with two bytes for each character when one of them is not ASCII. */
function asciiOnly(): Plugin {
  return {
    name: 'ascii-only',
    renderChunk: (code) =>
      code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  };
}

/** Packages of others name optional ones that are not installed, which Node reports where they are used. */
function failOnWarning(): NonNullable<InputOptions['onLog']> {
  return (level, { code, id, message }) => {
    if (level !== 'warn') return;
    if (code === 'CIRCULAR_DEPENDENCY') return;
    if (code === 'UNRESOLVED_IMPORT' && id?.includes('node_modules') === true) return;
    throw new Error(`${code}: ${message}`);
  };
}

function isConsumer(app: string): boolean {
  const { keywords } = JSON.parse(readFileSync(join(root, 'apps', app, 'package.json'), 'utf8')) as {
    keywords?: readonly string[];
  };
  return keywords?.includes('batchmill-consumer') === true;
}
