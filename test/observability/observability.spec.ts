import { consumerNames, stageNames } from '@batchmill/all-in-one';
import { EmbeddedBus } from '@batchmill/bus/embedded';
import { SystemClock, topicOf } from '@batchmill/contracts';
import { RunRequested } from '@batchmill/contracts/events';
import { exposedMetrics } from '@batchmill/telemetry';
import { ServiceProcess, eventually } from '@batchmill/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { composedServices, projectFolder } from '../compose/composition.js';
import { batchmill } from '../end-to-end/command.js';
import { fast } from '../pipelines/example.js';
import { seriesIn } from './series-in.js';

const metrics = exposedMetrics();

interface Panel {
  readonly title: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}
interface RuleFile {
  readonly groups: readonly {
    readonly rules: readonly {
      readonly alert: string;
      readonly expr: string;
      readonly annotations: Readonly<Record<string, string>>;
    }[];
  }[];
}

const read = (name: string): string => readFileSync(join(projectFolder, 'deploy/observability', name), 'utf8');
const { panels } = JSON.parse(read('dashboard.json')) as { panels: Panel[] };
const alerts = (parse(read('alerts.yml')) as RuleFile).groups.flatMap(({ rules }) => rules);
const expressions = [
  ...panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }): [string, string] => [title, expr])),
  ...alerts.map(({ alert, expr }): [string, string] => [alert, expr]),
];

describe('the dashboard and the alerts', () => {
  it.each(expressions)('R3: read only metrics that exist, by labels that these have: %s', (_, expression) => {
    const found = seriesIn(expression);

    expect(found.length).toBeGreaterThan(0);
    const unknown = found.flatMap(({ name, labels }) => {
      const metric = metrics.find(({ series }) => series.includes(name));
      const known = metric?.kind === 'histogram' ? [...metric.labels, 'le'] : metric?.labels;
      if (known === undefined) return [name];
      return labels.filter((label) => !known.includes(label)).map((label) => `${name}{${label}}`);
    });
    expect(unknown).toEqual([]);
  });

  it('R3: every metric is on the dashboard', () => {
    const shown = panels
      .flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => seriesIn(expr)))
      .map(({ name }) => name);

    expect(
      metrics.filter(({ series }) => !series.some((name) => shown.includes(name))).map(({ name }) => name),
    ).toEqual([]);
  });

  it('R3: every alert says what is the matter and what to do', () => {
    expect(alerts.filter(({ annotations }) => !annotations['summary'] || !annotations['description'])).toEqual([]);
  });

  it('R3: Prometheus scrapes every stage and every consumer of docker-compose.yml, at its port', () => {
    const { scrape_configs: jobs } = parse(read('prometheus.yml')) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[];
    };
    const [scraped] = jobs.flatMap(({ dns_sd_configs: configs }) => configs);

    expect(scraped?.names).toEqual([...stageNames, ...consumerNames()]);
    expect(String(scraped?.port)).toBe(composedServices().get('notifier')?.environment?.['PORT']);
  });

  it('has the version of Prometheus whose packages check its files', () => {
    const module = readFileSync(join(projectFolder, 'test/observability/go.mod'), 'utf8');
    const [, minor, patch] = /prometheus\/prometheus v0\.3(\d\d)\.(\d+)/.exec(module) ?? [];

    // Its Go module is numbered v0.312.0 where its release is 3.12.0.
    expect(composedServices().get('prometheus')?.image).toBe(`prom/prometheus:v3.${Number(minor)}.${patch}`);
  });
});

describe('the metrics of a process that runs all stages', () => {
  let home: string;
  let service: ServiceProcess;
  let forecast: ReadonlySet<string>;
  let exposed: ReadonlyMap<string, ReadonlySet<string>>;

  /** It does a whole run, and meets a message and a webhook that it cannot use. */
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'batchmill-metrics-'));
    const env = {
      ...fast,
      BATCHMILL_HOME: home,
      BATCHMILL_SIMULATOR_SPEED: '1',
      BATCHMILL_SIMULATOR_TURNAROUND: '4s',
      OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
    };
    await load(env);
    service = await ServiceProcess.start('all-in-one', env);
    await typeByHand('this is no JSON');
    const ran = await batchmill(projectFolder, ['run', 'basic-schema', '--wait'], { env });
    expect(ran).toMatchObject({ code: 0 });
    forecast = await forecastOfAnotherRun(env);
    expect((await service.post('/provider/webhook', '{}')).status).toBe(401);
    exposed = await eventually('the dead letter', async () => {
      const { text } = await service.ask('/metrics');
      return text.includes('batchmill_errors_total{') && labelsBySeries(text);
    });
  });
  afterAll(async () => {
    await service.end('SIGKILL');
    await rm(home, { recursive: true, force: true });
  });

  /** What is exposed of it while its batches are at the provider. */
  async function forecastOfAnotherRun(env: Record<string, string>): Promise<ReadonlySet<string>> {
    const args = ['run', 'basic-schema', '--redo', 'all', '--run-id', 'another', '--yes'];
    expect(await batchmill(projectFolder, args, { env })).toMatchObject({ code: 0 });
    return eventually('the forecast of a run', async () => {
      const { text } = await service.ask('/metrics');
      return labelsBySeries(text).get('batchmill_run_forecast_seconds');
    });
  }

  async function load(env: Record<string, string>): Promise<void> {
    const args = ['load', 'pipelines/basic-schema/documents.jsonl', '--collection', 'articles'];
    expect(await batchmill(projectFolder, args, { env })).toMatchObject({ code: 0 });
  }

  async function typeByHand(value: string): Promise<void> {
    const bus = EmbeddedBus.open({ file: join(home, 'bus.db'), clock: new SystemClock() });
    await bus.publish([{ topic: topicOf(RunRequested), key: null, value, headers: {} }]);
    await bus.close();
  }

  it('R3: are exactly those of the catalogue, with its labels', () => {
    const catalogued = metrics.flatMap(({ kind, series, labels }) =>
      series.map((name): [string, string[]] => [
        name,
        name.endsWith('_bucket') && kind === 'histogram' ? [...labels, 'le'] : [...labels],
      ]),
    );

    const found = [...exposed, ['batchmill_run_forecast_seconds', forecast] as const].map(
      ([name, labels]): [string, string[]] => [name, [...labels].sort()],
    );
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(catalogued.map(([name, labels]) => [name, labels.sort()])),
    );
  });

  it('R3: tell due work of every stage, and that no dependency is unavailable', async () => {
    const { text } = await service.ask('/metrics');

    for (const stage of stageNames) expect(text).toMatch(new RegExp(`^batchmill_due\\{stage="${stage}"\\} \\d+$`, 'm'));
    expect(text).toContain('batchmill_dependency_unavailable{dependency="bus"} 0\n');
    expect(text).toContain('batchmill_dependency_unavailable{dependency="vectors"} 0\n');
    expect(text).toContain('batchmill_errors_total{stage="chunk-scanner",code="message.not-json"} 1\n');
    expect(text).toContain('batchmill_notifications{state="given-up"} 0\n');
  });
});

/** The names of our series in a text of Prometheus, each with the labels that it has anywhere. */
function labelsBySeries(text: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [, name, labels = ''] of text.matchAll(/^(batchmill_\w+)(?:\{(.*)\})? \S+$/gm)) {
    const known = found.get(name!) ?? new Set();
    for (const [, label] of labels.matchAll(/(\w+)="/g)) known.add(label!);
    found.set(name!, known);
  }
  return found;
}
