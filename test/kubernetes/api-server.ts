import { eventually } from '@batchmill/testing';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { KubernetesObject } from '../helm/kubernetes-object.js';
import { Server } from '../servers/server.js';

/** Where the kinds that the tests read or create are in the API. */
const paths: Readonly<Record<string, string>> = {
  ConfigMap: 'api/v1/*/configmaps',
  Deployment: 'apis/apps/v1/*/deployments',
  Job: 'apis/batch/v1/*/jobs',
  NetworkPolicy: 'apis/networking.k8s.io/v1/*/networkpolicies',
  Pod: 'api/v1/*/pods',
  PodDisruptionBudget: 'apis/policy/v1/*/poddisruptionbudgets',
  PriorityClass: 'apis/scheduling.k8s.io/v1/priorityclasses',
  ScaledObject: 'apis/keda.sh/v1alpha1/*/scaledobjects',
  Secret: 'api/v1/*/secrets',
  Service: 'api/v1/*/services',
  ServiceAccount: 'api/v1/*/serviceaccounts',
  ServiceMonitor: 'apis/monitoring.coreos.com/v1/*/servicemonitors',
  SubjectAccessReview: 'apis/authorization.k8s.io/v1/subjectaccessreviews',
  TriggerAuthentication: 'apis/keda.sh/v1alpha1/*/triggerauthentications',
};

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The API server of `npm run servers:up kubernetes`, with the definitions of KEDA and of the Prometheus operator. */
export class ApiServer {
  /** For Helm's `--kubeconfig`. */
  readonly kubeconfig: string;
  /** A file of KEDA: which keys each of its triggers has. */
  readonly triggersFile: string;

  private constructor(
    private readonly server: Server,
    private readonly address: URL,
    private readonly folder: string,
    private readonly token: string,
    private readonly authority: Buffer,
    private readonly definitions: string,
  ) {
    this.kubeconfig = join(folder, 'kubeconfig.yaml');
    this.triggersFile = join(definitions, 'scalers-schema.json');
    const here = { name: 'here' };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ ...here, context: { cluster: 'here', user: 'here' } }],
      clusters: [
        {
          ...here,
          cluster: { server: address.origin, 'certificate-authority-data': authority.toString('base64') },
        },
      ],
      users: [{ ...here, user: { token } }],
    };
    writeFileSync(this.kubeconfig, stringify(config), { mode: 0o600 });
  }

  /** Installs and starts it, which takes ten minutes the first time. */
  static async start(): Promise<ApiServer> {
    const server = new Server('kubernetes', { onLine: (line) => process.stderr.write(`${line}\n`) });
    await server.start();
    const { addresses, log } = await server.status();
    const data = join(dirname(log), 'data');
    const api = new ApiServer(
      server,
      new URL(addresses[0]!),
      mkdtempSync(join(tmpdir(), 'batchmill-kubernetes-')),
      readFileSync(join(data, 'token'), 'utf8'),
      readFileSync(join(data, 'certificates/apiserver.crt')),
      join(dirname(log), '../install/definitions'),
    );
    for (const file of [
      'keda.sh_scaledobjects',
      'keda.sh_triggerauthentications',
      'monitoring.coreos.com_servicemonitors',
    ])
      await api.define(readFileSync(join(api.definitions, `${file}.yaml`), 'utf8'));
    return api;
  }

  async stop(): Promise<void> {
    rmSync(this.folder, { recursive: true });
    await this.server.stop();
  }

  /** Creates an object as it is. `dryRun`: it is only judged. */
  async create(
    object: Readonly<Record<string, unknown>> & { kind: string },
    namespace = '',
    dryRun = false,
  ): Promise<Answer> {
    const path = pathOf(object.kind, namespace);
    return this.call('POST', `${path}?fieldValidation=Strict${dryRun ? '&dryRun=All' : ''}`, JSON.stringify(object));
  }

  async read(kind: string, namespace: string, name: string): Promise<Answer> {
    return this.call('GET', `${pathOf(kind, namespace)}/${name}`);
  }

  /** The objects of every kind that have the labels of a release. */
  async ofRelease(namespace: string, release: string): Promise<KubernetesObject[]> {
    const found: KubernetesObject[] = [];
    for (const kind of Object.keys(paths).filter((each) => paths[each]!.includes('*'))) {
      const selector = encodeURIComponent(`app.kubernetes.io/instance=${release}`);
      const { status, body } = await this.call('GET', `${pathOf(kind, namespace)}?labelSelector=${selector}`);
      if (status !== 200) throw new Error(`list of ${kind}: ${status} ${JSON.stringify(body)}`);
      // Those in a list have no kind of their own.
      found.push(...(body['items'] as KubernetesObject[]).map((object) => ({ ...object, kind })));
    }
    return found;
  }

  /** As an autoscaler does. */
  async scale(namespace: string, deployment: string, replicas: number): Promise<Answer> {
    const path = `${pathOf('Deployment', namespace)}/${deployment}/scale`;
    return this.call('PATCH', path, JSON.stringify({ spec: { replicas } }), 'application/merge-patch+json');
  }

  /** A namespace that takes only pods which meet the standard `restricted` of Kubernetes. */
  async createNamespace(name: string): Promise<void> {
    const metadata = { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } };
    const body = JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata });
    const { status, body: answer } = await this.call('POST', 'api/v1/namespaces', body);
    if (status !== 201) throw new Error(`namespace ${name}: ${status} ${JSON.stringify(answer)}`);
  }

  /** Applies a definition of custom resources. Resolves when its kind is served. */
  private async define(yaml: string): Promise<void> {
    const [, name = ''] = /^ {2}name: (\S+)$/m.exec(yaml) ?? [];
    const path = `apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`;
    const apply = `${path}?fieldManager=test&force=true`;
    const { status, body } = await this.call('PATCH', apply, yaml, 'application/apply-patch+yaml');
    if (status >= 300) throw new Error(`${name}: ${status} ${JSON.stringify(body)}`);
    const plural = name.replace(/\..*/, '');
    const served = Object.values(paths).find((each) => each.endsWith(`/${plural}`)) ?? '';
    // It is established some time before its objects can be listed.
    const isServed = async (): Promise<boolean> => (await this.call('GET', served.replace('*/', ''))).status === 200;
    await eventually(`${name} is served`, isServed);
  }

  private call(method: string, path: string, body?: string, type = 'application/json'): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const headers = { authorization: `Bearer ${this.token}`, ...(body !== undefined && { 'content-type': type }) };
    const sent = request(new URL(path, this.address), { method, headers, ca: this.authority }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        // A path that is not served yet is answered in plain text.
        const isJson = response.headers['content-type']?.includes('json') === true;
        const answer = isJson ? (JSON.parse(text) as Answer['body']) : { message: text };
        resolve({ status: response.statusCode ?? 0, body: answer });
      });
    });
    sent.on('error', reject);
    sent.end(body);
    return promise;
  }
}

function pathOf(kind: string, namespace: string): string {
  const path = paths[kind];
  if (path === undefined) throw new Error(`found the kind ${kind}, expected one of ${Object.keys(paths).join(', ')}`);
  return path.replace('*', `namespaces/${namespace}`);
}
