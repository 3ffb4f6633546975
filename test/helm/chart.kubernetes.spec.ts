// Long, because it is one list: what each object of the chart has.
import { consumerNames, stageNames } from '@batchmill/all-in-one';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readSettings } from '@batchmill/service';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Helm, chartFolder, valuesFiles } from './helm.js';
import { objectsOf, podTemplatesOf, type Container, type Volume } from './kubernetes-object.js';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

describe('the Helm chart', () => {
  let helm: Helm;

  beforeAll(async () => {
    helm = await Helm.build();
  }, 1_800_000);
  afterAll(() => helm.remove());

  async function containerOf(stage: string, file: string, values: object = {}): Promise<Container> {
    const objects = await helm.render(file, values);
    return objectsOf(objects, 'Deployment').get(`here-batchmill-${stage}`)!.spec.template!.spec.containers[0]!;
  }

  it.each(valuesFiles)('Helm finds nothing wrong with the chart and the values of %s', async (file) => {
    expect(await helm.call(['lint', '--strict', chartFolder, ...helm.valuesArguments(file)])).toContain(
      '0 chart(s) failed',
    );
  });

  it.each(stageNames)(
    'S1: on Kubernetes each stage is a Deployment of its own, from the one image: %s',
    async (stage) => {
      const { image, args, command } = await containerOf(stage, 'services.yaml');

      expect({ image, args, command }).toEqual({
        image: `batchmill:${manifest.version}`,
        args: [stage],
        command: undefined,
      });
    },
  );

  it('S1: the chart has the stages of the engine, and no other', async () => {
    const deployments = objectsOf(await helm.render('services.yaml'), 'Deployment');

    expect([...deployments.keys()].sort()).toEqual(stageNames.map((stage) => `here-batchmill-${stage}`).sort());
  });

  it('S7: a consumer is a Deployment as the stages are, with its own settings and variables', async () => {
    expect(consumerNames()).toContain('entity-linker');
    const deployments = objectsOf(await helm.render('consumers.yaml'), 'Deployment');
    const consumer = deployments.get('here-batchmill-entity-linker')!;
    const container = consumer.spec.template!.spec.containers[0]!;
    const stage = deployments.get('here-batchmill-notifier')!.spec.template!.spec.containers[0]!;
    const own = container.env!.filter((each) => !stage.env!.some((other) => other.name === each.name));

    expect(consumer.spec.replicas).toBe(2);
    expect(container.args).toEqual(['entity-linker']);
    expect(own).toEqual([
      { name: 'LOG_LEVEL', value: 'debug' },
      { name: 'LINKER_THRESHOLD', value: '0.3' },
    ]);
    expect({ ...container, env: [], args: [], resources: {} }).toEqual({ ...stage, env: [], args: [], resources: {} });
  });

  it.each(valuesFiles)(
    'R8: no pod runs as root, writes to its image, or has a right that it does not need: %s',
    async (file) => {
      const templates = podTemplatesOf(await helm.render(file));

      expect(templates.length).toBeGreaterThanOrEqual(stageNames.length);
      for (const { spec } of templates) {
        expect(spec.automountServiceAccountToken).toBe(false);
        expect(spec.securityContext).toEqual({
          runAsNonRoot: true,
          runAsUser: 1000,
          runAsGroup: 1000,
          fsGroup: 1000,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
          expect(container.resources).toEqual(expect.objectContaining({ limits: expect.anything() as unknown }));
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
        }
      }
    },
  );

  it.each(valuesFiles)(
    'R8: a service can write to its home and to /tmp, and gets no variables of Services: %s',
    async (file) => {
      for (const { spec } of podTemplatesOf(await helm.render(file))) {
        const written = spec.volumes.flatMap(({ name, emptyDir }) => (emptyDir === undefined ? [] : [name]));
        const paths = spec.containers[0]!.volumeMounts.filter(({ name }) => written.includes(name));

        expect(paths.map(({ mountPath }) => mountPath)).toEqual(expect.arrayContaining(['/home/node', '/tmp']));
        expect(spec.enableServiceLinks).toBe(false);
      }
    },
  );

  it('R8: a service is live while it waits for a server, and ready only when it works', async () => {
    const { livenessProbe, readinessProbe, startupProbe } = await containerOf('notifier', 'services.yaml');

    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { path: '/health/live', port: 'http' },
      { path: '/health/live', port: 'http' },
      { path: '/health/ready', port: 'http' },
    ]);
  });

  it('R8: a service has more time to stop than it takes, and another process than Node is process 1', async () => {
    for (const { spec } of objectsOf(await helm.render('services.yaml'), 'Deployment').values()) {
      const { terminationGracePeriodSeconds, shareProcessNamespace } = spec.template!.spec;

      expect({ terminationGracePeriodSeconds, shareProcessNamespace }).toEqual({
        terminationGracePeriodSeconds: 40,
        shareProcessNamespace: true,
      });
    }
  });

  it('S5: a drain of nodes takes one replica of a service at a time', async () => {
    const objects = await helm.render('consumers.yaml');
    const budgets = objectsOf(objects, 'PodDisruptionBudget');

    for (const [name, { spec }] of objectsOf(objects, 'Deployment')) {
      expect(budgets.get(name)?.spec).toEqual({ maxUnavailable: 1, selector: spec.selector });
    }
  });

  it.each(valuesFiles)('C6: every service gets only settings that exist, with valid values: %s', async (file) => {
    const cwd = mkdtempSync(join(tmpdir(), 'batchmill-chart-'));
    const secrets: Record<string, string> = {
      BATCHMILL_STORE: 'mongodb://user:password@mongodb.data.svc/batchmill',
      OPENAI_WEBHOOK_SECRET: `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`,
    };
    mkdirSync(join(cwd, 'secrets'));

    for (const { spec } of podTemplatesOf(await helm.render(file))) {
      for (const { source, name } of filesOfSecrets(spec.volumes)) {
        writeFileSync(join(cwd, 'secrets', name), `${secrets[name] ?? `${source} of a test`.replaceAll(' ', '-')}\n`);
      }
      const variables = spec.containers[0]!.env ?? [];
      const env = Object.fromEntries(
        variables.map(({ name, value }) => [name, value.replace('/etc/batchmill/', `${cwd}/`)]),
      );

      expect(() => readSettings({ env, cwd, files: [] })).not.toThrow();
      expect(new Set(variables.map(({ name }) => name)).size).toBe(variables.length);
    }
    rmSync(cwd, { recursive: true });
  });

  it('C8: a secret is a file from a Secret that exists, and the chart makes none', async () => {
    const objects = await helm.render('services.yaml');
    const { spec } = objectsOf(objects, 'Deployment').get('here-batchmill-batch-submitter')!.spec.template!;
    const variables = spec.containers[0]!.env!;

    expect(objectsOf(objects, 'Secret').size).toBe(0);
    expect(variables).toContainEqual({ name: 'OPENAI_API_KEY_FILE', value: '/etc/batchmill/secrets/OPENAI_API_KEY' });
    expect(variables.map(({ name }) => name)).not.toContain('OPENAI_API_KEY');
    expect(spec.volumes.flatMap(({ projected }) => projected?.sources ?? [])).toContainEqual({
      secret: { name: 'batchmill', items: [{ key: 'openai-api-key', path: 'OPENAI_API_KEY' }] },
    });
  });

  it.each([
    ['a number', { MAX_RETRIES: 5, BATCHMILL_LOST_AFTER: 2_000_000, OPENAI_TEMP: 0.25 }, ['5', '2000000', '0.25']],
    ['a yes or no', { KAFKA_TLS: true }, ['true']],
    ['a text', { COMPLETION_WINDOW: '24h', LOG_LEVEL: 'debug' }, ['24h', 'debug']],
  ])('C6: the value of a setting arrives as it was written: %s', async (_, settings, expected) => {
    const { env } = await containerOf('notifier', 'services.yaml', { settings });
    const found = Object.keys(settings).map((name) => env?.find((each) => each.name === name)?.value);

    expect(found).toEqual(expected);
  });

  it('C6: a setting of one stage wins over that of all', async () => {
    const values = { settings: { BATCHMILL_CONCURRENCY: 8 } };
    const concurrencyOf = async (stage: string): Promise<string | undefined> => {
      const { env } = await containerOf(stage, 'autoscaled.yaml', values);
      return env?.find(({ name }) => name === 'BATCHMILL_CONCURRENCY')?.value;
    };

    expect([await concurrencyOf('notifier'), await concurrencyOf('result-ingester')]).toEqual(['8', '2']);
  });

  it('C7: pipelines in the values are mounted with a folder for each', async () => {
    const objects = await helm.render('pipelines-in-values.yaml');
    const { data = {} } = objectsOf(objects, 'ConfigMap').get('here-batchmill-pipelines')!;
    const { spec } = objectsOf(objects, 'Deployment').get('here-batchmill-jsonl-builder')!.spec.template!;
    const items = spec.volumes.find(({ name }) => name === 'pipelines')?.configMap?.items ?? [];

    expect(spec.containers[0]!.env).toContainEqual({ name: 'BATCHMILL_PIPELINES', value: '/etc/batchmill/pipelines' });
    expect(items.map(({ path }) => path).sort()).toEqual([
      'notes/notes.pipeline.ts',
      'notes/user.liquid',
      'visits/user.liquid',
      'visits/visits.pipeline.ts',
    ]);
    expect(items.map(({ key }) => key).sort()).toEqual(Object.keys(data).sort());
    expect(data['notes_user.liquid']).toBe('Sum up: {{ text }}');
  });

  it('C7: pipelines in the values are loaded from the links that a mounted ConfigMap consists of', async () => {
    const objects = await helm.render('pipelines-in-values.yaml');
    const { data = {} } = objectsOf(objects, 'ConfigMap').get('here-batchmill-pipelines')!;
    const { volumes } = objectsOf(objects, 'Deployment').get('here-batchmill-jsonl-builder')!.spec.template!.spec;
    const { items = [] } = volumes.find(({ name }) => name === 'pipelines')!.configMap!;
    const folder = mkdtempSync(join(tmpdir(), 'batchmill-mounted-'));
    for (const { key, path } of items) {
      const file = join(folder, '..2026_01_02', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, data[key]!);
    }
    symlinkSync('..2026_01_02', join(folder, '..data'));
    for (const pipeline of ['notes', 'visits']) symlinkSync(`..data/${pipeline}`, join(folder, pipeline));

    expect(await namesOfPipelines(folder)).toBe('notes,visits');
    rmSync(folder, { recursive: true });
  });

  it('C7: a change of the pipelines in the values restarts the services', async () => {
    const annotationsOf = async (values: object): Promise<unknown> =>
      podTemplatesOf(await helm.render('pipelines-in-values.yaml', values)).map(({ metadata }) => metadata.annotations);

    const before = await annotationsOf({});

    expect(
      await annotationsOf({ pipelines: { files: { notes: { 'user.liquid': 'Other: {{ text }}' } } } }),
    ).not.toEqual(before);
    expect(await annotationsOf({})).toEqual(before);
  });

  it('C7: pipelines of an image are copied before the service starts', async () => {
    const deployments = objectsOf(await helm.render('pipelines-image.yaml'), 'Deployment');
    const { spec } = deployments.get('here-batchmill-chunk-scanner')!.spec.template!;
    const copy = spec.initContainers![0]!;

    expect(copy.image).toBe('registry.example/pipelines:7');
    expect(copy.command).toEqual(['sh', '-c', 'cp -R "$0"/. /etc/batchmill/pipelines', '/srv/pipelines']);
    expect(spec.containers[0]!.volumeMounts).toContainEqual({
      name: 'pipelines',
      mountPath: '/etc/batchmill/pipelines',
      readOnly: true,
    });
  });

  it('R8: the network reaches a service on its one port only, and the simulator only from the services', async () => {
    const simulated = objectsOf(await helm.render('simulator.yaml'), 'NetworkPolicy');
    const { ingress } = simulated.get('here-batchmill-simulator')!.spec;

    expect([...simulated.keys()].length).toBe(stageNames.length + 2);
    for (const stage of stageNames) {
      expect(simulated.get(`here-batchmill-${stage}`)?.spec.ingress).toEqual([{ ports: [{ port: 'http' }] }]);
    }
    expect(simulated.get('here-batchmill-topics')?.spec.ingress).toBeUndefined();
    expect(ingress).toEqual([{ ports: [{ port: 'openai' }], from: [expect.anything()] }]);
  });

  it('R8: webhooks of the provider come from further pods, to status-poller only', async () => {
    const policies = objectsOf(await helm.render('everything.yaml'), 'NetworkPolicy');
    const sourcesOf = (name: string): string =>
      JSON.stringify(policies.get(name)?.spec.ingress?.flatMap(({ from }) => from ?? []));

    expect(sourcesOf('mill-status-poller')).toMatch(/keda.*monitoring.*ingress/);
    expect(sourcesOf('mill-notifier')).toMatch(/keda.*monitoring/);
    expect(sourcesOf('mill-notifier')).not.toContain('ingress');
  });

  it('R8: where connections to others are restricted, the rules of the values and names of hosts remain', async () => {
    for (const { spec } of objectsOf(await helm.render('everything.yaml'), 'NetworkPolicy').values()) {
      expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
      expect(spec.egress).toHaveLength(3);
    }
  });

  it('the Job that creates topics is another one after a change of the values, because a Job cannot be changed', async () => {
    const nameOf = async (values: object): Promise<string[]> => [
      ...objectsOf(await helm.render('services.yaml', values), 'Job').keys(),
    ];

    expect(await nameOf({})).toEqual(await nameOf({}));
    expect(await nameOf({ settings: { BATCHMILL_PARTITIONS: 12 } })).not.toEqual(await nameOf({}));
  });

  it('by the simulator nothing is spent: it is the provider of every service', async () => {
    const { env } = await containerOf('batch-submitter', 'simulator.yaml');

    expect(env).toContainEqual({
      name: 'OPENAI_BASE_URL',
      value: 'http://here-batchmill-simulator.default.svc:8080/v1',
    });
    expect(env).toContainEqual({ name: 'OPENAI_API_KEY', value: 'sk-simulated' });
  });
});

/** The files that the pods get of Secrets. */
function filesOfSecrets(volumes: readonly Volume[]): { source: string; name: string }[] {
  const sources = volumes.flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ secret }) => secret.items.map(({ path }) => ({ source: secret.name, name: path })));
}

/** Loads the pipelines of a folder as a service does, by Node's own loader. */
async function namesOfPipelines(folder: string): Promise<string> {
  const script = `
    import { PipelineFiles } from '@batchmill/service';
    const defaults = { temperature: 0, maxTokens: 1, dimensions: 1, inferenceBatchSize: 1, embeddingBatchSize: 1,
      completionWindow: '24h', pollIntervalSeconds: 1, maxRetries: 0 };
    console.log((await PipelineFiles.load({ folder: process.argv[1], defaults })).names().join());`;
  const cwd = join(import.meta.dirname, '../../libs/service');
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, folder], {
    cwd,
  });
  return stdout.trim();
}
