import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Helm, chartFolder, valuesFiles } from '../helm/helm.js';
import { objectsOf, podTemplatesOf, type KubernetesObject, type PodTemplate } from '../helm/kubernetes-object.js';
import { ApiServer } from './api-server.js';

const release = 'here';
const minutes = 60_000;

describe('the Helm chart on the API server of Kubernetes', () => {
  let helm: Helm;
  let api: ApiServer;

  beforeAll(async () => {
    [helm, api] = [await Helm.build(), await ApiServer.start()];
    const priorities = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'batch' },
      value: 1,
    };
    await api.create(priorities);
  }, 60 * minutes);
  afterAll(async () => {
    helm.remove();
    await api.stop();
  });

  async function newNamespace(): Promise<string> {
    const name = `batchmill-${randomUUID()}`;
    await api.createNamespace(name);
    return name;
  }

  function helmAt(namespace: string, ...args: readonly string[]): Promise<string> {
    return helm.call([...args, '--namespace', namespace, '--kubeconfig', api.kubeconfig]);
  }

  function install(namespace: string, file: string, values: object = {}): Promise<string> {
    return helmAt(namespace, 'install', release, chartFolder, ...helm.valuesArguments(file, values));
  }

  /** The templates of the chart's pods, as the server has stored them. */
  async function storedTemplates(namespace: string): Promise<PodTemplate[]> {
    return podTemplatesOf(await api.ofRelease(namespace, release));
  }

  it.each(valuesFiles)('R8: every object is created, and is read back as the chart has it: %s', async (file) => {
    const namespace = await newNamespace();

    await install(namespace, file);

    const rendered = (await helm.render(file)).map((object) => inNamespace(object, namespace));
    for (const object of rendered) {
      const { body } = await api.read(object.kind, namespace, object.metadata.name);
      expect(body).toMatchObject(object);
    }
    expect((await api.ofRelease(namespace, release)).length).toBe(rendered.length);
  });

  it.each(valuesFiles)('R8: pods meet the standard "restricted" of Kubernetes: %s', async (file) => {
    const namespace = await newNamespace();
    if (file === 'bare.yaml') await createAccount(namespace, 'existing');
    await install(namespace, file);

    const templates = await storedTemplates(namespace);
    expect(templates.length).toBeGreaterThan(5);
    for (const template of templates) {
      const { status, body } = await api.create(podOf(template), namespace, true);
      expect({ status, message: body['message'] }).toEqual({ status: 201, message: undefined });
    }
  });

  it('a pod that does not meet the standard is refused here', async () => {
    const namespace = await newNamespace();
    await install(namespace, 'services.yaml');
    const [template] = await storedTemplates(namespace);
    const rootPod = { ...template!, spec: { ...template!.spec, securityContext: {} } };

    const { status, body } = await api.create(podOf(rootPod), namespace, true);

    expect(status).toBe(403);
    expect(body['message']).toMatch(/violates PodSecurity "restricted:latest": runAsNonRoot/);
  });

  it('a misspelt field of a template would be refused here', async () => {
    const namespace = await newNamespace();
    const folder = mkdtempSync(join(tmpdir(), 'batchmill-chart-'));
    cpSync(chartFolder, folder, { recursive: true });
    const template = join(folder, 'templates/deployment.yaml');
    writeFileSync(template, readFileSync(template, 'utf8').replace('revisionHistoryLimit', 'revisionHistoryLimits'));

    const installed = helmAt(namespace, 'install', release, folder, ...helm.valuesArguments('services.yaml'));

    await expect(installed).rejects.toThrow('.spec.revisionHistoryLimits: field not declared in schema');
    rmSync(folder, { recursive: true });
  });

  it('R8: the account of the services may do nothing', async () => {
    const namespace = await newNamespace();
    await install(namespace, 'services.yaml');
    const mayAccount = async (verb: string, resource: string): Promise<unknown> => {
      const user = `system:serviceaccount:${namespace}:here-batchmill`;
      const spec = { user, resourceAttributes: { namespace, verb, resource } };
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', spec };
      return ((await api.create(review)).body['status'] as { allowed: boolean }).allowed;
    };

    expect((await api.read('ServiceAccount', namespace, 'here-batchmill')).status).toBe(200);
    for (const resource of ['secrets', 'configmaps', 'pods']) {
      expect([await mayAccount('get', resource), await mayAccount('list', resource)]).toEqual([false, false]);
    }
  });

  it('S5: an upgrade keeps the replicas that an autoscaler has set', async () => {
    const namespace = await newNamespace();
    await install(namespace, 'autoscaled.yaml');
    await api.scale(namespace, 'here-batchmill-result-ingester', 7);

    const upgrade = ['upgrade', release, chartFolder, ...helm.valuesArguments('autoscaled.yaml', { port: 3001 })];
    await helmAt(namespace, ...upgrade);

    const { body } = await api.read('Deployment', namespace, 'here-batchmill-result-ingester');
    expect(body).toMatchObject({
      spec: { replicas: 7, template: { metadata: { annotations: { 'prometheus.io/port': '3001' } } } },
    });
  });

  it('an upgrade with other values replaces the Job that creates topics', async () => {
    const namespace = await newNamespace();
    await install(namespace, 'services.yaml');
    const jobs = async (): Promise<string[]> => [...objectsOf(await api.ofRelease(namespace, release), 'Job').keys()];
    const before = await jobs();

    const values = helm.valuesArguments('services.yaml', { settings: { BATCHMILL_PARTITIONS: 12 } });
    await helmAt(namespace, 'upgrade', release, chartFolder, ...values);

    const after = await jobs();
    expect([before.length, after.length]).toEqual([1, 1]);
    expect(after).not.toEqual(before);
  });

  it.each(['simulator.yaml', 'everything.yaml'])('an uninstall leaves nothing: %s', async (file) => {
    const namespace = await newNamespace();
    await install(namespace, file);

    await helmAt(namespace, 'uninstall', release);

    expect(await api.ofRelease(namespace, release)).toEqual([]);
  });

  it('the notes after an installation say how to ask for a run, and that the simulator spends nothing', async () => {
    const namespace = await newNamespace();

    const notes = await install(namespace, 'simulator.yaml');

    expect(notes).toContain(`kubectl --namespace ${namespace} exec -it deployment/here-batchmill-chunk-scanner -- `);
    expect(notes).toContain('Nothing is spent');
  });

  it.each(['autoscaled.yaml', 'autoscaled-by-lag.yaml'])(
    'S5: KEDA knows every key of the triggers: %s',
    async (file) => {
      const known = JSON.parse(readFileSync(api.triggersFile, 'utf8')) as {
        scalers: {
          type: string;
          parameters: { name: string; optional?: boolean; default?: string; allowedValue?: string[] }[];
        }[];
      };
      const triggers = [...objectsOf(await helm.render(file), 'ScaledObject').values()].flatMap(
        ({ spec }) => spec.triggers ?? [],
      );

      expect(triggers.length).toBeGreaterThan(5);
      for (const { type, metadata } of triggers) {
        const parameters = known.scalers.find((each) => each.type === type)!.parameters;
        const needed = parameters.filter((each) => each.optional !== true && each.default === undefined);
        expect(parameters.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(metadata)));
        expect(Object.keys(metadata)).toEqual(expect.arrayContaining(needed.map(({ name }) => name)));
        for (const { name, allowedValue } of parameters) {
          if (allowedValue !== undefined && metadata[name] !== undefined)
            expect(allowedValue).toContain(metadata[name]);
        }
      }
    },
  );

  async function createAccount(namespace: string, name: string): Promise<void> {
    await api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }, namespace);
  }
});

/** As rendered for the namespace `default`. */
function inNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  const text = JSON.stringify({ ...object, metadata: { ...object.metadata, namespace } });
  return JSON.parse(text.replaceAll('.default.svc', `.${namespace}.svc`)) as KubernetesObject;
}

/** The pod that a controller would create from the template. */
function podOf({ metadata, spec }: PodTemplate): Record<string, unknown> & { kind: string } {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, generateName: 'pod-' }, spec };
}
