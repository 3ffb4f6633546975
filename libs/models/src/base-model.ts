/**
 * The model that a name stands for, in small letters, as far as the name tells: without a provider's prefix (`openai/gpt-5-mini`,
 * `openrouter/openai/o3`), and of a fine-tuned model (`ft:o4-mini:acme::abc`) the one that was tuned.
 */
export function baseModelOf(name: string): string {
  const withoutPrefix = name.trim().toLowerCase().split('/').at(-1) ?? '';
  const [, tuned] = /^ft:([^:]+)/.exec(withoutPrefix) ?? [];
  return tuned ?? withoutPrefix;
}
