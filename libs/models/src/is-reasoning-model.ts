/** Models that reason refuse `temperature` and `max_tokens` (https://platform.openai.com/docs/guides/reasoning). */
export function isReasoningModel(model: string): boolean {
  return /^(?:o\d|gpt-5(?!.*-chat))/.test(model);
}
