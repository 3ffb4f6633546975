import { ValidationError } from '@batchmill/contracts';

export interface MilvusAddress {
  readonly host: string;
  readonly port: number;
  /** Null is the server's default one. */
  readonly database: string | null;
}

const defaultPort = 19_530;

/** Reads `milvus://host:port/database`. Throws a ValidationError that does not repeat the address: it may hold a secret. */
export function parseMilvusAddress(url: string): MilvusAddress {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'milvus:' || parsed.hostname === '') {
    refuse('does not begin with milvus:// and a host');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    refuse('holds a user or a password: give them as settings of their own');
  }
  const database = parsed.pathname.replace(/^\//, '');
  if (!/^(?:[A-Za-z_]\w{0,254})?$/.test(database)) refuse('names a database that Milvus would not take');
  const port = parsed.port === '' ? defaultPort : Number(parsed.port);
  return { host: parsed.hostname, port, database: database === '' ? null : database };
}

function refuse(why: string): never {
  throw new ValidationError(
    'vectors.bad-address',
    `The address of Milvus ${why}; wanted milvus://host:19530/database.`,
  );
}
