import { describe, expect, it } from '@jest/globals';
import { proxyFor } from './proxy-for.js';

const http = 'http://plain.example:3128';
const https = 'http://secure.example:3128';

function proxyOf(url: string, ...except: string[]): string | null {
  return proxyFor(new URL(url), { http, https, except })?.host ?? null;
}

describe('the proxy of a URL', () => {
  it('each scheme has its own proxy, and none is used in place of another', () => {
    expect(proxyOf('http://api.example/v1')).toBe('plain.example:3128');
    expect(proxyOf('https://api.example/v1')).toBe('secure.example:3128');
    expect(proxyFor(new URL('https://api.example'), { http, https: null, except: [] })).toBeNull();
  });

  it.each([
    'http://localhost:8080',
    'https://LOCALHOST',
    'http://db.localhost',
    'http://127.0.0.1:18190',
    'http://127.8.9.1',
    'http://[::1]:8080',
  ])('%s is on this machine and is never reached through a proxy', (url) => {
    expect(proxyOf(url)).toBeNull();
  });

  it.each([
    ['example.com', 'https://example.com'],
    ['example.com', 'https://api.example.com'],
    ['EXAMPLE.com', 'https://api.Example.COM.'],
    ['.example.com', 'https://api.example.com'],
    ['*.example.com', 'https://api.example.com'],
    ['example.com:8443', 'https://example.com:8443'],
    ['example.com:443', 'https://example.com'],
    ['example.com:80', 'http://example.com'],
    ['*', 'https://anything.example'],
    ['10.0.0.0/8', 'http://10.1.2.3'],
    ['10.1.2.3', 'http://10.1.2.3'],
    ['10.1.2.3:81', 'http://10.1.2.3:81'],
    ['fd00::1', 'http://[fd00::1]'],
    ['[fd00::1]:81', 'http://[fd00::1]:81'],
    ['fd00::/8', 'http://[fd12::9]'],
  ])('NO_PROXY=%s covers %s', (entry, url) => {
    expect(proxyOf(url, 'other.example', entry)).toBeNull();
  });

  it.each([
    ['example.com', 'https://notexample.com'],
    ['api.example.com', 'https://example.com'],
    ['example.com:8443', 'https://example.com'],
    ['example.com:80', 'https://example.com'],
    ['10.0.0.0/8', 'http://11.1.2.3'],
    ['10.0.0.0/99', 'http://10.1.2.3'],
    ['10.1.2', 'http://10.1.2.3'],
    ['2.3', 'http://10.1.2.3'],
    ['fd00::/8', 'http://10.1.2.3'],
    ['', 'https://example.com'],
  ])('NO_PROXY=%s does not cover %s', (entry, url) => {
    expect(proxyOf(url, entry)).not.toBeNull();
  });
});
