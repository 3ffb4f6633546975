import { basename } from 'node:path';

const ours = /^(?:@batchmill\/|batchmill$)/;
const image = /\bbatchmill:\d+\.\d+\.\d+(?:-[\w.]+)?/g;
const ofChart = /^(version|appVersion): .*$/gm;

const carriers = [
  /^(?:(?:apps|libs|packages)\/[^/]+\/)?package\.json$/,
  /^deploy\/helm\/batchmill\/Chart\.yaml$/,
  /^(?:docker-compose\.yml|deploy\/Dockerfile|docs\/how-to\/[^/]+\.md)$/,
];

interface Manifest {
  version?: string;
  dependencies?: Record<string, string>;
}

/**
 * Whether a file of this repository carries the version of Batchmill. Workflows may not: the token of a workflow cannot change
 * them.
 */
export function carriesVersion(path: string): boolean {
  return carriers.some((carrier) => carrier.test(path));
}

/**
 * A file of this repository with a version of Batchmill in each of its places: manifests of our packages and what they depend
 * on of ours, the Helm chart, and the tag of the image wherever it is named. The text itself when it has no such place.
 */
export function withVersion(path: string, text: string, version: string): string {
  if (basename(path) === 'package.json') return manifestWith(text, version);
  if (basename(path) === 'Chart.yaml') return text.replaceAll(ofChart, (_line, key: string) => `${key}: ${version}`);
  return text.replaceAll(image, `batchmill:${version}`);
}

function manifestWith(text: string, version: string): string {
  const manifest = JSON.parse(text) as Manifest;
  if (manifest.version !== undefined) manifest.version = version;
  const dependencies = manifest.dependencies ?? {};
  for (const name of Object.keys(dependencies)) if (ours.test(name)) dependencies[name] = version;
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
