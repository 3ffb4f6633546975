/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number;

/**
 * Cuts a Markdown text into chunks of about `tokens` tokens. Keeps paragraphs whole where they fit, otherwise cuts at lines,
 * then at words. A chunk begins with its heading. A new heading begins a new chunk once the chunk is half full.
 */
export function cutIntoChunks(markdown: string, tokens: number, count: CountTokens): string[] {
  const chunks: string[] = [];
  let heading = '';
  let parts: string[] = [];
  let size = 0;
  const close = (): void => {
    const text = parts.join('\n\n').trim();
    if (parts.some((part) => !isHeading(part))) chunks.push(text);
    parts = heading === '' ? [] : [heading];
    size = count(heading);
  };
  for (const paragraph of paragraphsOf(markdown)) {
    if (isHeading(paragraph)) {
      heading = paragraph;
      if (size >= tokens / 2) {
        close();
      } else {
        parts.push(heading);
        size += count(heading);
      }
      continue;
    }
    for (const piece of cutParagraph(paragraph, tokens, count)) {
      const pieceSize = count(piece);
      if (size + pieceSize > tokens && parts.some((part) => !isHeading(part))) close();
      parts.push(piece);
      size += pieceSize;
    }
  }
  close();
  return chunks;
}

/** Paragraphs are separated by empty lines. A fenced block is one paragraph. */
function paragraphsOf(markdown: string): string[] {
  const paragraphs: string[] = [];
  let lines: string[] = [];
  let isFenced = false;
  const close = (): void => {
    const text = lines.join('\n').trimEnd();
    if (text.trim() !== '') paragraphs.push(text);
    lines = [];
  };
  for (const line of markdown.split(/\r?\n/)) {
    if (!isFenced && (line.trim() === '' || isHeading(line))) close();
    if (!isFenced && line.trim() === '') continue;
    if (/^\s*(```|~~~)/.test(line)) isFenced = !isFenced;
    lines.push(line);
    if (!isFenced && isHeading(line)) close();
  }
  close();
  return paragraphs;
}

function isHeading(text: string): boolean {
  return /^#{1,6} \S.*$/.test(text);
}

function cutParagraph(paragraph: string, tokens: number, count: CountTokens): string[] {
  if (count(paragraph) <= tokens) return [paragraph];
  const lines = paragraph.split('\n');
  if (lines.length > 1)
    return joinParts(
      lines.flatMap((line) => cutParagraph(line, tokens, count)),
      '\n',
      tokens,
      count,
    );
  return joinParts(paragraph.split(' '), ' ', tokens, count);
}

function joinParts(parts: readonly string[], separator: string, tokens: number, count: CountTokens): string[] {
  const pieces: string[] = [];
  let piece = '';
  let size = 0;
  for (const part of parts) {
    const partSize = count(part) + 1;
    if (piece !== '' && size + partSize > tokens) {
      pieces.push(piece);
      piece = part;
      size = partSize;
    } else {
      piece = piece === '' ? part : piece + separator + part;
      size += partSize;
    }
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
