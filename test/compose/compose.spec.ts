import { consumerNames, stageNames } from '@batchmill/all-in-one';
import { readSettings, settingsReference } from '@batchmill/service';
import { describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composedServices, projectFolder, type ComposedService } from './composition.js';
import { isInContext } from './docker-ignore.js';
import { stagesOf, wordsOf } from './dockerfile.js';

const services = composedServices();
const stages = stagesOf(readFileSync(join(projectFolder, 'deploy/Dockerfile'), 'utf8'));
const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
  version: string;
  devDependencies: Record<string, string>;
};

/** The apps that scale. */
const stageApps = [...stageNames, ...consumerNames()];
const ourImage = `batchmill:${manifest.version}`;
const ours = [...services].filter(([, service]) => service.image === ourImage);
const theirs = [...services].filter(([, service]) => service.image !== ourImage);

describe('docker-compose.yml', () => {
  it.each(stageApps)('S1: each stage is its own service, from the one image: %s', (app) => {
    const service = services.get(app);

    expect(service?.image).toBe(ourImage);
    expect(service?.command).toEqual([app]);
    expect(service?.restart).toBe('unless-stopped');
  });

  it.each(stageApps)('S1: a stage is made from the anchor of all stages, and adds only its command: %s', (app) => {
    const text = readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8');

    expect(text).toContain(`\n  ${app}:\n    <<: *stage\n    command: [${app}]\n\n`);
  });

  it.each(stageNames)('the command line waits for every stage: %s', (stage) => {
    expect(services.get('cli')?.depends_on).toHaveProperty([stage], { condition: 'service_healthy' });
  });

  it.each(stageApps)(
    'S5: a stage can have any number of replicas, since it has no host port and no container name: %s',
    (app) => {
      const service = services.get(app);

      expect(service).toBeDefined();
      expect(service?.ports).toBeUndefined();
      expect(service?.container_name).toBeUndefined();
    },
  );

  it.each(stageApps)('R8: a stage waits until the servers are healthy, and has the image’s health check: %s', (app) => {
    const service = services.get(app);
    const notHealthy = Object.entries(service?.depends_on ?? {}).filter(
      ([, { condition }]) => condition !== 'service_healthy',
    );

    expect(Object.keys(service?.depends_on ?? {})).toEqual(expect.arrayContaining(['kafka', 'mongodb', 'milvus']));
    expect(notHealthy).toEqual([]);
    expect(service?.healthcheck).toBeUndefined();
  });

  it('R8: every service that another waits for as healthy has a health check', () => {
    const waitedFor = [...services.values()].flatMap(({ depends_on: waits = {} }) =>
      Object.entries(waits).flatMap(([name, { condition }]) => (condition === 'service_healthy' ? [name] : [])),
    );

    expect([...new Set(waitedFor)].filter((name) => !hasHealthCheck(services.get(name)))).toEqual([]);
  });

  it.each(ours)('R8: a service does not run as root, and is not privileged: %s', (_, { user, privileged }) => {
    expect({ user, privileged }).toEqual({ user: undefined, privileged: undefined });
  });

  it.each(ours)(
    'C6: a service’s environment has only known settings, with valid values: %s',
    (_, { environment = {} }) => {
      const known = [...settingsReference().matchAll(/`([A-Z][A-Z_]+)`/g)].map(([, name]) => name);
      const empty = mkdtempSync(join(tmpdir(), 'batchmill-compose-'));

      const unknown = Object.keys(environment).filter((name) => !known.includes(name));
      const reading = (): unknown => readSettings({ env: environment, cwd: empty, files: [] });

      expect(unknown).toEqual([]);
      expect(reading).not.toThrow();
      rmSync(empty, { recursive: true });
    },
  );

  it('R8: the image is built once, for a service that all others of ours wait for, and is never pulled', () => {
    const builders = [...services].filter(([, { build }]) => build !== undefined).map(([name]) => name);
    const waitFor = (name: string): string[] =>
      Object.keys(services.get(name)?.depends_on ?? {}).flatMap((each) => [each, ...waitFor(each)]);

    expect(builders).toEqual(['simulator']);
    expect(ours.map(([name]) => name).filter((name) => ![name, ...waitFor(name)].includes('simulator'))).toEqual([]);
    expect(ours.filter(([, { pull_policy }]) => pull_policy !== 'never')).toEqual([]);
  });

  it('by default nothing is spent, because the provider is the simulator', () => {
    const providers = ours.flatMap(([, { environment }]) => environment?.['OPENAI_BASE_URL'] ?? []);

    expect(new Set(providers)).toEqual(new Set(['http://simulator:8080/v1']));
  });

  it.each(theirs)('%s is pinned to a version', (_, { image }) => {
    expect(image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
  });

  it.each([
    ['kafka', 'test/servers/kafka/pom.xml', /kafka_2\.13<\/artifactId><version>([\d.]+)</],
    ['jaeger', 'test/servers/jaeger/go.mod', /jaegertracing\/jaeger v([\d.]+)/],
  ])('%s has the version that the tests run against', (name, file, pattern) => {
    const [, tested] = pattern.exec(readFileSync(join(projectFolder, file), 'utf8')) ?? [];

    expect(services.get(name)?.image.split(':')[1]).toBe(tested);
  });

  it('opens ports to this machine only', () => {
    const opened = [...services.values()].flatMap(({ ports = [] }) => ports);

    expect(opened.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('mounts only files that exist', () => {
    const mounted = [...readFileSync(join(projectFolder, 'docker-compose.yml'), 'utf8').matchAll(/- \.\/([\w./-]+):/g)];

    expect(mounted.length).toBeGreaterThan(0);
    expect(mounted.map(([, path]) => path!).filter((path) => !existsSync(join(projectFolder, path)))).toEqual([]);
  });

  it('C7: annual-reports finds the sample documents', () => {
    const blocks = JSON.parse(readFileSync(join(projectFolder, 'deploy/sample/blocks.json'), 'utf8')) as Record<
      string,
      string
    >[];
    const companies = readFileSync(join(projectFolder, 'pipelines/annual-reports/admin_list.txt'), 'utf8').split('\n');

    expect(new Set(blocks.map(({ _id }) => _id)).size).toBe(blocks.length);
    expect(
      blocks.filter((block) => !companies.includes(block['company']!) || block['doc_type'] !== 'Annual Report'),
    ).toEqual([]);
    expect(blocks.filter((block) => !block['text_content']?.includes('made'))).toEqual([]);
  });
});

describe('deploy/Dockerfile', () => {
  const last = stages.at(-1)!;
  const of = (keyword: string): string[] =>
    last.instructions.flatMap((each) => (each.keyword === keyword ? [each.text] : []));

  it('R8: the image’s user is not root, and is given by number, so that Kubernetes can check it', () => {
    expect(of('USER').at(-1)).toMatch(/^[1-9]\d*(:[1-9]\d*)?$/);
  });

  it('R8: the image has a health check that needs no shell', () => {
    expect(wordsOf(of('HEALTHCHECK')[0]!.replace(/^.*?CMD\s+/, ''))).toEqual(['node', '/app/deploy/is-live.js']);
  });

  it('uses the Node version that the project is tested on', () => {
    const images = stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from));

    expect(images).toEqual([`node:${manifest.devDependencies['node']}-bookworm-slim`]);
  });

  it('its build context has no secrets, nothing installed or built, and no tests', () => {
    const ignore = readFileSync(join(projectFolder, '.dockerignore'), 'utf8');
    const files = [
      '.env',
      '.env.production',
      'apps/cli/.env',
      '.git/config',
      'node_modules/nx/package.json',
      'libs/bus/node_modules/x/index.js',
      'libs/bus/dist/index.js',
      'libs/bus/src/bus.spec.ts',
      '.batchmill/state.db',
      'docs/reference/settings.md',
    ];

    expect(files.filter((file) => isInContext(file, ignore))).toEqual([]);
    expect(isInContext('libs/bus/src/index.ts', ignore)).toBe(true);
    expect(isInContext('package.json', ignore)).toBe(true);
  });
});

/** Its own, or that of the image that is built here. */
function hasHealthCheck(service: ComposedService | undefined): boolean {
  if (service === undefined || service.healthcheck?.disable === true) return false;
  return service.image === ourImage || service.healthcheck?.test !== undefined;
}
