import { serverAddresses } from './server-addresses.js';

export interface Span {
  readonly operation: string;
  readonly service: string;
  readonly spanId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly tags: Readonly<Record<string, unknown>>;
  readonly links: number;
}

interface JaegerTrace {
  readonly spans: readonly {
    readonly operationName: string;
    readonly spanID: string;
    /** In microseconds, as `duration`. */
    readonly startTime: number;
    readonly duration: number;
    readonly processID: string;
    readonly tags: readonly { readonly key: string; readonly value: unknown }[];
    readonly references: readonly { readonly refType: string }[];
  }[];
  readonly processes: Readonly<Record<string, { readonly serviceName: string }>>;
}

/** The spans of a trace from the API of Jaeger. Empty while Jaeger has none. */
export async function spansOf(traceId: string): Promise<Span[]> {
  const response = await fetch(`${serverAddresses.jaeger}/api/traces/${traceId}`);
  if (response.status === 404) return [];
  if (!response.ok) throw new Error(`Jaeger answers ${response.status}: ${await response.text()}`);
  const { data } = (await response.json()) as { data: readonly JaegerTrace[] | null };
  return (data ?? []).flatMap(({ spans, processes }) =>
    spans.map(({ operationName, spanID, startTime, duration, processID, tags, references }) => ({
      operation: operationName,
      service: processes[processID]?.serviceName ?? '',
      spanId: spanID,
      startMs: startTime / 1000,
      endMs: (startTime + duration) / 1000,
      tags: Object.fromEntries(tags.map(({ key, value }) => [key, value])),
      links: references.filter(({ refType }) => refType === 'FOLLOWS_FROM').length,
    })),
  );
}
