/** The name without the date of its version: `gpt-4o-mini` for `gpt-4o-mini-2024-07-18`, which is what OpenAI names in answers. */
export function withoutDate(model: string): string {
  return model.replace(/-\d{4}-\d{2}-\d{2}$/, '');
}

/** True when both name one model. Names differ by their date, their case and the prefix of a gateway (`openai/gpt-4o`). */
export function isSameModel(a: string, b: string): boolean {
  return plainName(a) === plainName(b);
}

function plainName(model: string): string {
  return withoutDate(model.toLowerCase().split('/').at(-1) ?? '');
}
