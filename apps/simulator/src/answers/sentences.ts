const maxCharactersRead = 200_000;

/** The sentences of a text, trimmed, in order; a line break ends one too. */
export function splitSentences(text: string): string[] {
  return text
    .slice(0, maxCharactersRead)
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim())
    .filter((sentence) => sentence !== '');
}
