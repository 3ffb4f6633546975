import { BlockList, isIP } from 'node:net';

/** The proxies of this process, as `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` name them. */
export interface Proxies {
  /** For `http:` URLs, as a URL; null: none. */
  readonly http: string | null;
  /** For `https:` URLs, as a URL; null: none. */
  readonly https: string | null;
  /** The hosts that are reached without a proxy: names, addresses, networks, each perhaps with a port, or `*`. */
  readonly except: readonly string[];
}

export const noProxies: Proxies = { http: null, https: null, except: [] };

/** Addresses of this machine are never reached through a proxy. */
const loopback = ['localhost', '127.0.0.0/8', '::1'];

/** The proxy through which a URL is reached; null: none. */
export function proxyFor(url: URL, { http, https, except }: Proxies): URL | null {
  const proxy = url.protocol === 'https:' ? https : http;
  if (proxy === null) return null;
  const host = bare(url.hostname.toLowerCase()).replace(/\.$/, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return [...loopback, ...except].some((entry) => covers(entry, host, port)) ? null : new URL(proxy);
}

function covers(entry: string, host: string, port: string): boolean {
  const { name, onlyPort } = partsOf(entry.toLowerCase());
  if (onlyPort !== null && onlyPort !== port) return false;
  if (name === '*') return true;
  if (isIP(host) !== 0) return coversAddress(name, host);
  const domain = name.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

/** `example.com:8080`, `[::1]:443`. An IPv6 address without brackets has no port. */
function partsOf(entry: string): { name: string; onlyPort: string | null } {
  const [, name, onlyPort] = /^([^:]*|\[.*\]):(\d+)$/.exec(entry) ?? [];
  return name === undefined ? { name: bare(entry), onlyPort: null } : { name: bare(name), onlyPort: onlyPort ?? null };
}

/** An address, or a network such as `10.0.0.0/8`. */
function coversAddress(name: string, address: string): boolean {
  const [network = '', bits] = name.split('/');
  const family = familyOf(network);
  if (family === null || family !== familyOf(address)) return false;
  const list = new BlockList();
  const most = family === 'ipv4' ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > most) return false;
  list.addSubnet(network, prefix, family);
  return list.check(address, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | null {
  const version = isIP(address);
  if (version === 0) return null;
  return version === 4 ? 'ipv4' : 'ipv6';
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
