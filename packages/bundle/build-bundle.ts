/**
 * Builds into `dist` what runs in a container and in a clone: a file per app, and libraries for the definitions of users. Everything
 * is in it, packages of others too, except what is not code. Thousands of single files take Node seconds to find and to load.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  plugins: [onlyUsedValidators(), onlyUsedExporters()],
  // The other file of that package reads a file beside it.
  resolve: { alias: { '@platformatic/wasm-utils': '@platformatic/wasm-utils/bundled' } },
  onLog: failOnWarning(),
});
const { output } = await bundle.generate({
  format: 'esm',
  chunkFileNames: '[name]-[hash].js',
  comments: false,
  keepNames: true,
});
await bundle.close();
for (const file of output) if (file.type === 'chunk') write(file.fileName, inAscii(file.code));
for (const app of apps) write(`${app}.js`, starting(app));

function write(name: string, code: string): void {
  mkdirSync(dirname(join(dist, name)), { recursive: true });
  writeFileSync(join(dist, name), code);
}

/**
 * Node keeps what it compiled for the next start: beside the bundle, so that the next build deletes it, or, where that folder cannot be
 * written to, in the folder for temporary files.
 */
function starting(app: string): string {
  return [
    "import { constants, enableCompileCache, flushCompileCache } from 'node:module';",
    'const { status } = enableCompileCache(`${import.meta.dirname}/.cache`);',
    'if (status === constants.compileCacheStatus.FAILED) enableCompileCache();',
    '// A process that is killed keeps nothing.',
    'setTimeout(flushCompileCache, 10_000).unref();',
    `await import('./apps/${app}.js');`,
    '',
  ].join('\n');
}

/** V8 holds the text of a file in memory, with two bytes for each character when one of them is not ASCII. */
function inAscii(code: string): string {
  if (/\\[^\0-\x7f]/.test(code)) throw new Error('found a character after a backslash that is not ASCII');
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/**
 * Of class-validator only the checks that are used, in its ES modules: one of the others loads the phone numbers of the world. Nest
 * would import all of it for its ValidationPipe, which Batchmill does not use.
 */
function onlyUsedValidators(): Plugin {
  return {
    name: 'only-used-validators',
    resolveId: (source, importer) => {
      if (source !== 'class-validator') return null;
      const isOfNest = importer?.includes('@nestjs') === true;
      return isOfNest ? { id: source, external: true } : join(root, 'node_modules/class-validator/esm2015/index.js');
    },
  };
}

/**
 * Of OpenTelemetry's exporters only those that Batchmill creates. Its SDK can create any, as variables of the environment say, and so
 * loads all of them, with gRPC.
 */
function onlyUsedExporters(): Plugin {
  const none = 'no-exporters';
  return {
    name: 'only-used-exporters',
    resolveId: (source, importer) => {
      const isOfSdk = importer?.includes('@opentelemetry/sdk-node') === true;
      return isOfSdk && /^@opentelemetry\/exporter-(?!(?:trace|metrics)-otlp-proto$)/.test(source) ? none : null;
    },
    load: (id) =>
      id === none
        ? 'export const [AggregationTemporalityPreference, OTLPLogExporter, OTLPMetricExporter, OTLPTraceExporter, PrometheusExporter, ZipkinExporter] = [];'
        : null,
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
