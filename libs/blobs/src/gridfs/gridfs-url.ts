/**
 * The address for messages: the servers, without user, password and options. Everything before the last @ counts as
 * the user, so that a password that should have been escaped stays hidden.
 */
export function serversOf(url: string): string {
  const rest = url.replace(/^mongodb(?:\+srv)?:\/\//, '');
  return rest.slice(rest.lastIndexOf('@') + 1).replace(/[/?].*$/s, '');
}

/** The database that the path of the URL names, or null. */
export function databaseOf(url: string): string | null {
  const [, name = ''] = /^mongodb(?:\+srv)?:\/\/(?:[^?]*@)?[^/?@]*\/([^?]*)/.exec(url) ?? [];
  return name === '' ? null : decodeURIComponent(name);
}
