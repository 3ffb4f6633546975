/** An address of the settings without login and options, either of which may hold a secret. */
export function shownAddress(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.:-]*:\/\/).*@/is, '$1').replace(/\?.*$/s, '');
}

/** The host alone, for URLs whose path may be a secret. */
export function shownHost(url: string | null): string {
  return url === null ? 'none' : (URL.parse(url)?.host ?? 'an address that is not shown');
}
