/** Some models put JSON into a block of Markdown, though they were asked for JSON alone. */
const block = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?\s*```\s*$/i;

/** Parses the JSON of an answer; undefined when there is none. Text before or after it is not cut off. */
export function parseJson(text: string): unknown {
  const parsed = parse(text);
  return parsed === undefined ? parse(block.exec(text)?.[1] ?? '') : parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text) as unknown;
  } catch {
    return undefined;
  }
}
