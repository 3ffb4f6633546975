/** An object of Kubernetes, as far as the tests read it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly automountServiceAccountToken?: boolean;
  readonly data?: Readonly<Record<string, string>>;
  /** Not of a ConfigMap or a ServiceAccount. */
  readonly spec: ObjectSpec;
}

export interface ObjectSpec {
  readonly replicas?: number;
  readonly minReplicaCount?: number;
  readonly maxReplicaCount?: number;
  readonly maxUnavailable?: number | string;
  readonly selector?: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template?: PodTemplate;
  readonly triggers?: readonly Trigger[];
  readonly policyTypes?: readonly string[];
  readonly ingress?: readonly { readonly ports?: unknown; readonly from?: readonly unknown[] }[];
  readonly egress?: readonly unknown[];
}

export interface Trigger {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly authenticationRef?: { readonly name: string };
}

export interface PodTemplate {
  readonly metadata: {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly enableServiceLinks: boolean;
  readonly shareProcessNamespace: boolean;
  readonly terminationGracePeriodSeconds?: number;
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes: readonly Volume[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly resources: unknown;
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}

export interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}

export interface Volume {
  readonly name: string;
  readonly emptyDir?: unknown;
  readonly configMap?: { readonly name: string; readonly items?: readonly { key: string; path: string }[] };
  readonly projected?: {
    readonly sources: readonly { readonly secret: { name: string; items: readonly { key: string; path: string }[] } }[];
  };
}

/** The objects of a kind, by their names. */
export function objectsOf(objects: readonly KubernetesObject[], kind: string): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.filter((each) => each.kind === kind).map((each) => [each.metadata.name, each]));
}

/** The templates of all pods: of Deployments and of Jobs. */
export function podTemplatesOf(objects: readonly KubernetesObject[]): PodTemplate[] {
  return objects.flatMap((object) => ('spec' in object ? (object.spec.template ?? []) : []));
}
