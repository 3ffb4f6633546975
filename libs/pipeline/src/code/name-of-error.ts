/** `a TypeError`: what was thrown, by its name alone, since its message may quote a document. */
export function nameOfError(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return /^[A-Z]\w{0,63}$/.test(name) ? `a ${name}` : 'something';
}
