import { ValidationError } from '@batchmill/contracts';

export interface MilvusAddress {
  readonly host: string;
  readonly port: number;
  /** Null for the server's default one. */
  readonly database: string | null;
}

const defaultPort = 19_530;

/** Parses `milvus://host:port/database`. Throws a ValidationError that does not quote the URL, which may hold a secret. */
export function parseMilvusAddress(url: string): MilvusAddress {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'milvus:' || parsed.hostname === '') {
    refuse('that does not begin with milvus:// and a host');
  }
  if (parsed.username !== '' || parsed.password !== '') {
    refuse('with a user or a password, which have settings of their own');
  }
  const database = parsed.pathname.replace(/^\//, '');
  if (!/^(?:[A-Za-z_]\w{0,254})?$/.test(database)) refuse('with the name of a database that Milvus would refuse');
  const port = parsed.port === '' ? defaultPort : Number(parsed.port);
  return { host: parsed.hostname, port, database: database === '' ? null : database };
}

function refuse(problem: string): never {
  throw new ValidationError(
    'vectors.bad-address',
    `Milvus: found a URL ${problem}, expected milvus://host:19530/database.`,
  );
}
