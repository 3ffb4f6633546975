import OpenAI, { toStreamingFile } from 'openai';
import { Connections, type ConnectionsOptions } from './connections.js';

/** What the SDK and its connections are needed for: together they take 100 ms and 15 MB to load. */
export interface Clients {
  readonly keptAlive: OpenAI;
  readonly fresh: OpenAI;
  readonly synchronous: OpenAI;
  readonly toStreamingFile: typeof toStreamingFile;
  close(): Promise<void>;
}

export interface ClientsOptions extends ConnectionsOptions {
  readonly apiKey: string;
  readonly baseURL: string;
  readonly organization: string | null;
  readonly project: string | null;
}

/** Nothing connects before the first call. */
export function openClients({ callTimeoutMs, proxy, onHeaders, ...account }: ClientsOptions): Clients {
  const connections = new Connections({ callTimeoutMs, proxy, onHeaders });
  // Every option is set, so that the SDK reads none from the environment. Its log is off, because it would contain contents.
  const options = {
    ...account,
    adminAPIKey: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: callTimeoutMs,
    logLevel: 'off',
  } as const;
  return {
    keptAlive: new OpenAI({ ...options, ...connections.keptAlive }),
    fresh: new OpenAI({ ...options, ...connections.fresh }),
    synchronous: new OpenAI({ ...options, ...connections.synchronous }),
    toStreamingFile,
    close: () => connections.close(),
  };
}
