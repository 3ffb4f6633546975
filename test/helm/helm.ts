import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './kubernetes-object.js';

const run = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const valuesFolder = join(import.meta.dirname, 'values');

export const chartFolder = join(project, 'deploy/helm/batchmill');

/** The files of values that every test of the chart plays through. */
export const valuesFiles: readonly string[] = readdirSync(valuesFolder).sort();

/** Helm's command, built from its Go module. The first build takes minutes, the next ones a second. */
export class Helm {
  #rendered = 0;

  private constructor(private readonly folder: string) {}

  /** Rejects with Go's message when it cannot be built. */
  static async build(): Promise<Helm> {
    const folder = mkdtempSync(join(tmpdir(), 'batchmill-helm-'));
    const args = ['build', '-trimpath', '-buildvcs=false', '-ldflags', '-s -w', '-o', join(folder, 'helm')];
    await run('go', [...args, 'helm.sh/helm/v4/cmd/helm'], {
      cwd: import.meta.dirname,
      env: { ...process.env, CGO_ENABLED: '0' },
    });
    return new Helm(folder);
  }

  /** Resolves with what it printed. Rejects with its message. Values of the user's own Helm are not read. */
  async call(args: readonly string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'],
      // Beside Helm's own caches, that of the Kubernetes client.
      HOME: this.folder,
      HELM_CACHE_HOME: join(this.folder, 'cache'),
      HELM_CONFIG_HOME: join(this.folder, 'config'),
      HELM_DATA_HOME: join(this.folder, 'data'),
    };
    try {
      const { stdout } = await run(join(this.folder, 'helm'), [...args], { env, maxBuffer: 64 * 1024 * 1024 });
      return stdout;
    } catch (error) {
      throw new Error((error as { stderr: string }).stderr, { cause: error });
    }
  }

  /** The objects of the chart with the values of a file in `values/`, if any, and others that win over them. */
  async render(file: string | null, values: object = {}, name = 'here'): Promise<KubernetesObject[]> {
    const text = await this.call(['template', name, chartFolder, ...this.valuesArguments(file, values)]);
    return parseAllDocuments(text)
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null);
  }

  /** The message with which Helm refuses the values; empty when it takes them. */
  async refusal(file: string | null, values: object): Promise<string> {
    return this.render(file, values).then(
      () => '',
      (error: unknown) => (error as Error).message,
    );
  }

  valuesArguments(file: string | null, values: object = {}): string[] {
    this.#rendered += 1;
    const more = join(this.folder, `values-${this.#rendered}.json`);
    writeFileSync(more, JSON.stringify(values));
    return [...(file === null ? [] : ['--values', join(valuesFolder, file)]), '--values', more];
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
