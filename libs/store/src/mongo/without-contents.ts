const maxLength = 300;

/** What the server said, without the values that it quotes: documents and texts are nobody's business in a message. */
export function withoutContents(message: string): string {
  const bare = message
    .replace(/\{.*\}/gs, '{…}')
    .replace(/\[.*\]/gs, '[…]')
    .replace(/"(?:[^"\\]|\\.)*"/gs, '"…"');
  return bare.length > maxLength ? `${bare.slice(0, maxLength)}…` : bare;
}
