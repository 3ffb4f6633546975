/** JSON as it was rendered. Throws when it is none. */
export function readJson(text: string): string {
  try {
    JSON.parse(text);
  } catch (error) {
    const wanted = 'wanted JSON when it is rendered; write texts as {{ summary | json }}';
    throw new Error(`${wanted} (${(error as SyntaxError).message})`, { cause: error });
  }
  return text;
}
