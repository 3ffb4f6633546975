const maxLength = 300;

/** The server's message without the values that it quotes, since messages never contain users' data. */
export function withoutContents(message: string): string {
  const bare = message
    .replace(/\{.*\}/gs, '{…}')
    .replace(/\[.*\]/gs, '[…]')
    .replace(/"(?:[^"\\]|\\.)*"/gs, '"…"');
  return bare.length > maxLength ? `${bare.slice(0, maxLength)}…` : bare;
}
