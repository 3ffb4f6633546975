/** What the adapter says when it is opened. */
export interface MilvusLog {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Paths of PEM files. */
export interface MilvusTls {
  /** Who signed the server's certificate; by default whom the system trusts. */
  readonly caFile?: string | undefined;
  /** The client's own certificate, where the server asks for one, and its key. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name that the server's certificate is for, when it is not the host's. */
  readonly serverName?: string | undefined;
}

/**
 * `quick` encodes the rows straight from their numbers and sends them through the client's own channel; `sdk` uses the
 * client's own `upsert`, which is several times slower.
 */
export type WayOfWriting = 'quick' | 'sdk';

export interface MilvusVectorsOptions {
  /** `milvus://host:19530/database`; without a database the server's default one. */
  readonly url: string;
  /** Either a token or user and password; none where the server asks for none. */
  readonly token?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: boolean | MilvusTls | undefined;
  /** How long one call may take, with its waits when Milvus asks to slow down. 30,000 by default. */
  readonly callTimeoutMs?: number | undefined;
  /** How many calls that write are under way at most. 2 by default. */
  readonly callsInFlight?: number | undefined;
  /** How large one call that writes may be. 4 MiB by default, the server's limit is 64 MiB. A larger row goes alone. */
  readonly maxCallBytes?: number | undefined;
  readonly way?: WayOfWriting | undefined;
  readonly log?: MilvusLog | undefined;
}
