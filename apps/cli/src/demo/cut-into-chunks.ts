/** Counts the tokens of a text. */
export type CountTokens = (text: string) => number;

/**
 * Cuts a Markdown text into chunks of about `tokens` tokens: whole paragraphs where they fit, lines and then words where
 * they do not. A chunk begins with the heading that it stands under, and ends before a new one once it is half full.
 */
export function cutIntoChunks(markdown: string, tokens: number, count: CountTokens): string[] {
  const chunks: string[] = [];
  let heading = '';
  let gathered: string[] = [];
  let size = 0;
  const close = (): void => {
    const text = gathered.join('\n\n').trim();
    if (gathered.some((one) => !isHeading(one))) chunks.push(text);
    gathered = heading === '' ? [] : [heading];
    size = count(heading);
  };
  for (const paragraph of paragraphsOf(markdown)) {
    if (isHeading(paragraph)) {
      heading = paragraph;
      if (size >= tokens / 2) {
        close();
      } else {
        gathered.push(heading);
        size += count(heading);
      }
      continue;
    }
    for (const piece of piecesOf(paragraph, tokens, count)) {
      const pieceSize = count(piece);
      if (size + pieceSize > tokens && gathered.some((one) => !isHeading(one))) close();
      gathered.push(piece);
      size += pieceSize;
    }
  }
  close();
  return chunks;
}

/** Between empty lines; a fenced block is one paragraph. */
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

function piecesOf(paragraph: string, tokens: number, count: CountTokens): string[] {
  if (count(paragraph) <= tokens) return [paragraph];
  const lines = paragraph.split('\n');
  if (lines.length > 1)
    return joined(
      lines.flatMap((line) => piecesOf(line, tokens, count)),
      '\n',
      tokens,
      count,
    );
  return joined(paragraph.split(' '), ' ', tokens, count);
}

function joined(parts: readonly string[], between: string, tokens: number, count: CountTokens): string[] {
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
      piece = piece === '' ? part : piece + between + part;
      size += partSize;
    }
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}
