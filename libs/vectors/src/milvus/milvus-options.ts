/** The log of the adapter, which writes to it when it is opened. */
export interface MilvusLog {
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Paths of PEM files. */
export interface MilvusTls {
  /** The authority that signed the server's certificate; by default those that the system trusts. */
  readonly caFile?: string | undefined;
  /** The client's own certificate, if the server requires one, and its key. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** The name in the server's certificate, if it is not the host's. */
  readonly serverName?: string | undefined;
}

/**
 * `direct` encodes the rows straight from memory and sends them through the client's own channel. `sdk` uses the client's
 * own `upsert`, which is several times slower.
 */
export type UpsertEncoder = 'direct' | 'sdk';

export interface MilvusVectorsOptions {
  /** `milvus://host:19530/database`. Without a database it is the server's default one. */
  readonly url: string;
  /** Either a token, or user and password, or none if the server requires none. */
  readonly token?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly tls?: boolean | MilvusTls | undefined;
  /** How long one call may take, including the retries after a rate limit. Default 30,000. */
  readonly callTimeoutMs?: number | undefined;
  /** The most write calls that are in flight at a time. Default 2. */
  readonly callsInFlight?: number | undefined;
  /** The largest size of a write call. A larger row is sent alone. Default 4 MiB; the server's limit is 64 MiB. */
  readonly maxCallBytes?: number | undefined;
  /** Default `direct`. */
  readonly encoder?: UpsertEncoder | undefined;
  readonly log?: MilvusLog | undefined;
}
