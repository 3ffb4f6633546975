/** Why the live test cannot run with these variables; null when it can. Only the environment counts, no `.env` file. */
export function missingForLive(env: Readonly<Record<string, string | undefined>>): string | null {
  const unset = ['OPENAI_API_KEY', 'DATABASE_URL'].filter((name) => (env[name] ?? '') === '');
  if (unset.length > 0) return `${unset.join(' and ')} ${unset.length === 1 ? 'is' : 'are'} not set`;
  if (env['OPENAI_BASE_URL'] === 'simulated') return 'OPENAI_BASE_URL is simulated';
  return null;
}
