/**
 * The model, or the deployment, of which the message of a full queue says that its limit is reached; null when it names none.
 * `Enqueued token limit reached for gpt-4.1 in organization org-…` (OpenAI), `… for the deployment 'gpt-4o'` (Azure).
 */
export function limitedModelIn(message: string): string | null {
  const found = /limit reached for (\S+) in organization\b|\bfor the deployment '([^']+)'/i.exec(message);
  return found?.[1] ?? found?.[2] ?? null;
}
