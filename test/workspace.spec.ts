import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '..');
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
const packages = ['apps', 'libs'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);

describe('the workspace', () => {
  it.each(['apps', 'libs', 'deploy', 'test', 'nx.json', 'package.json', 'tsconfig.base.json', 'docker-compose.yml'])(
    'S2: %s is at the top of the repository',
    (name) => {
      expect(existsSync(join(root, name))).toBe(true);
    },
  );

  it.each(packages)('S2: a folder of apps or libs is a package that Nx builds by its own script: %s', (folder) => {
    const { name, scripts } = manifestOf(folder);

    expect(name).toBe(`@batchmill/${folder.split('/')[1]}`);
    expect(scripts).toHaveProperty('build');
  });

  it('the suites that start first, because they take long, are there', () => {
    const known = JSON.parse(readFileSync(join(root, 'tools/long-suites.json'), 'utf8')) as Record<string, number>;

    expect(Object.keys(known).filter((suite) => !existsSync(join(root, suite)))).toEqual([]);
    expect(Object.values(known)).toEqual(Object.values(known).toSorted((one, other) => other - one));
  });

  it.each([
    ['kafkajs', 'libs/bus'],
    ['@platformatic/kafka', 'libs/bus'],
    ['@nestjs/core', 'libs/service'],
    ['@nestjs/microservices', 'libs/stage'],
    ['openai', 'libs/provider'],
    ['mongodb', 'libs/store'],
    ['@zilliz/milvus2-sdk-node', 'libs/vectors'],
    ['class-validator', 'libs/contracts'],
    ['@opentelemetry/sdk-trace', 'libs/telemetry'],
    ['@opentelemetry/sdk-metrics', 'libs/telemetry'],
  ])('S3: %s is used by %s', (dependency, folder) => {
    expect(manifestOf(folder).dependencies).toHaveProperty([dependency]);
  });

  it('S3: Jest runs the tests', () => {
    expect(manifestOf('.').devDependencies).toHaveProperty('jest');
  });

  it('every version is exact', () => {
    const versions = ['.', ...packages]
      .map(manifestOf)
      .flatMap(({ name, dependencies, devDependencies }) =>
        Object.entries({ ...dependencies, ...devDependencies }).map(([to, version]) => `${name}: ${to} ${version}`),
      );

    expect(versions.filter((each) => !/ \d+\.\d+\.\d+(?:-[\w.]+)?$/.test(each))).toEqual([]);
  });
});
