import { once } from 'node:events';

/** Waits while the receiver of the output is behind, so that memory does not grow with it. */
export async function writeLine(text: string): Promise<void> {
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}
