/**
 * A URL for messages and logs: without password and options, some of which are secrets too. Everything before the last
 * @ counts as the user, so that a password that should have been escaped stays hidden.
 */
export function shownUrl(url: string): string {
  const [, scheme = '', rest = ''] = /^(mongodb(?:\+srv)?:\/\/)?(.*)$/s.exec(url) ?? [];
  const at = rest.lastIndexOf('@');
  const place = rest.slice(at + 1).replace(/\?.*$/s, '');
  const user = at === -1 ? '' : `${rest.slice(0, at).replace(/:.*$/s, ':***')}@`;
  return scheme + user + place;
}

/** The database that the path of the URL names, or null. */
export function databaseOf(url: string): string | null {
  const [, name = ''] = /^mongodb(?:\+srv)?:\/\/(?:[^?]*@)?[^/?@]*\/([^?]*)/.exec(url) ?? [];
  return name === '' ? null : decodeURIComponent(name);
}
