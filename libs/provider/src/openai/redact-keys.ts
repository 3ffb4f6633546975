/** Without the key, and without what looks like one: a provider quotes a refused key, partly starred out. */
export function redactKeys(text: string, apiKey: string): string {
  const withoutOurs = apiKey.length < 8 ? text : text.replaceAll(apiKey, '…');
  return withoutOurs.replace(/\b(?:sk|sess|pk)-[\w*.…-]{3,}/g, 'sk-…').slice(0, 500);
}
