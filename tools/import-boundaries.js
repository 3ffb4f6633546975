import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/**
 * Who may import whom. Each rule lists all of our packages that a project may import. Drivers are only allowed in the
 * folder of the adapter that is named for them. `test/boundaries.spec.ts` lints forbidden imports and expects the errors.
 */
const ports = ['bus', 'store', 'blobs', 'vectors', 'provider', 'telemetry'];
/** The apps that are a stage of the engine or a consumer. */
const stages = readdirSync(join(root, 'apps')).filter((app) => !['all-in-one', 'cli', 'simulator'].includes(app));

const ofStages = ['contracts', 'contracts/events', 'documents', 'models', 'pipeline', 'records', 'stage', ...ports];

const mayImport = {
  'libs/contracts': [],
  'libs/sqlite': ['contracts'],
  'libs/mongo': ['contracts'],
  'libs/documents': [],
  'libs/models': [],
  'libs/templates': ['contracts', 'documents'],
  ...Object.fromEntries(ports.map((port) => [`libs/${port}`, ['contracts', 'contracts/settings']])),
  'libs/telemetry': ['contracts', 'contracts/events', 'contracts/settings'],
  'libs/provider': ['contracts', 'documents', 'models'],
  'libs/pipeline': ['contracts', 'documents', 'models', 'templates', 'provider'],
  'libs/records': ['contracts', 'contracts/events', 'documents', 'models', 'pipeline', ...ports],
  'libs/stage': ['contracts', 'contracts/events', 'models', 'records', ...ports],
  'libs/definitions': ['contracts'],
  'libs/consumer': ['contracts', 'contracts/events', 'definitions', 'pipeline', 'records', 'stage', ...ports],
  ...Object.fromEntries(stages.map((stage) => [`apps/${stage}`, ofStages])),
  'apps/notifier': [...ofStages, 'templates'],
  'apps/simulator': [],
};

/** A stage's `main.ts` is where it is started as an app: it may name the library that starts apps. */
const mayImportService = stages.map((stage) => `apps/${stage}/src/main.ts`);

/** Tests may also use the embedded adapters, the testing library and the whole engine. */
const testing = ['testing', 'bus', 'store', 'blobs', 'vectors', 'provider', 'service', 'simulator', 'all-in-one'];

/** Our libraries that only these adapters may import. */
const forAdapters = {
  sqlite: ['libs/store/src/embedded', 'libs/bus/src/embedded', 'libs/vectors/src/embedded'],
  mongo: ['libs/store/src/mongo', 'libs/blobs/src/gridfs'],
};

/**
 * Client libraries, and the only folders that may import them. The field `drivers` of a package.json names them, each with
 * a folder of its `src`; "." is all of it.
 */
const drivers = {};
for (const parent of ['libs', 'apps']) {
  for (const name of readdirSync(join(root, parent))) {
    for (const [driver, folder] of Object.entries(driversOf(`${parent}/${name}`))) {
      drivers[driver] = [...(drivers[driver] ?? []), join(parent, name, 'src', folder)];
    }
  }
}

function driversOf(folder) {
  const manifest = join(root, folder, 'package.json');
  return existsSync(manifest) ? (JSON.parse(readFileSync(manifest, 'utf8')).drivers ?? {}) : {};
}

/** The simulator's tests call it with the official client, as a user's program does. */
const simulatorClients = ['openai', 'undici'];

const free = ['apps/all-in-one', 'apps/cli', 'libs/service', 'libs/testing', 'test', 'bench', 'pipelines', 'tools'];

function restricted(allowed, folder, { subpaths, clients = [] }) {
  const allowedPackages = allowed.flatMap((name) => (subpaths ? [`${name}`, `${name}/.*`] : [`${name}`]));
  const group = allowedPackages.length === 0 ? '' : `(?!(?:${allowedPackages.join('|')})$)`;
  const forbiddenDrivers = Object.entries(drivers)
    .filter(([driver, folders]) => !clients.includes(driver) && !folders.some((where) => folder.startsWith(where)))
    .map(([driver]) => driver);
  return [
    'error',
    {
      patterns: [
        {
          regex: `^@batchmill/${group}`,
          message: `${folder} may import only: ${allowed.join(', ') || 'nothing of ours'}.`,
        },
        {
          regex: `^(?:${forbiddenDrivers.join('|')})(?:/|$)`,
          message: 'Clients and drivers are imported only in the folder of their adapter.',
        },
        {
          regex: '^(?:\\.\\./)+(?:[\\w-]+/)*(?:src|dist)/',
          message: 'Import libraries by their package name.',
        },
      ],
    },
  ];
}

function rulesFor(folder, allowed) {
  const adapterFolders = [...Object.values(drivers), ...Object.values(forAdapters)]
    .flat()
    .filter((where, index, all) => where.startsWith(`${folder}/`) && all.indexOf(where) === index);
  return [
    {
      files: [`${folder}/**/*.ts`],
      rules: { 'no-restricted-imports': restricted(allowed, folder, { subpaths: false }) },
    },
    ...adapterFolders.map((where) => ({
      files: [`${where}/**/*.ts`],
      rules: { 'no-restricted-imports': restricted(allowedIn(where, allowed), where, { subpaths: false }) },
    })),
    {
      files: [`${folder}/**/*.spec.ts`, `${folder}/**/*.contract.ts`],
      rules: {
        'no-restricted-imports':
          folder === 'apps/simulator'
            ? restricted(allowed, folder, { subpaths: false, clients: simulatorClients })
            : restrictedInTests(allowed),
      },
    },
  ];
}

/** What a project may import, with the libraries for the adapter in this folder. */
function allowedIn(where, allowed) {
  const own = Object.entries(forAdapters).filter(([, folders]) => folders.includes(where));
  return [...allowed, ...own.map(([name]) => name)];
}

function restrictedInTests(allowed) {
  const names = [...new Set([...allowed, ...testing])];
  return [
    'error',
    {
      patterns: [
        {
          regex: `^@batchmill/(?!(?:${names.flatMap((name) => [name, `${name}/.*`]).join('|')})$)`,
          message: `Tests here may import only: ${names.join(', ')}.`,
        },
      ],
    },
  ];
}

export const importBoundaries = [
  ...Object.entries(mayImport).flatMap(([folder, allowed]) => rulesFor(folder, allowed)),
  {
    files: mayImportService,
    rules: { 'no-restricted-imports': restricted(['service'], 'main.ts', { subpaths: false }) },
  },
  {
    files: free.map((folder) => `${folder}/**/*.ts`),
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            { regex: '^@batchmill/[\\w-]+/(?:src|dist)(?:/|$)', message: 'Import libraries by their package name.' },
          ],
        },
      ],
    },
  },
];
