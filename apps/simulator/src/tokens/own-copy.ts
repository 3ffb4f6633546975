/** A copy of the text: V8 keeps a whole string alive for a slice of it. */
export function ownCopy(piece: string): string {
  return Buffer.from(piece, 'utf8').toString('utf8');
}
