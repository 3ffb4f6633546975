import type { Settings } from '@batchmill/service';
import { appendFile, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** An output that a command wrote. */
interface WrittenOutput {
  readonly output: string;
  readonly home: string;
  readonly isSimulated: boolean;
}

/**
 * True for what this command wrote, and for made-up answers of the simulator. What another command wrote may be paid for, and
 * what none wrote is the user's.
 */
export async function mayOverwrite(output: string, { installation: { home } }: Settings): Promise<boolean> {
  const text = await readFile(fileOf(home), 'utf8').catch(() => '');
  const lines = text.split('\n').filter((line) => line !== '');
  const last = lines.map((line) => JSON.parse(line) as WrittenOutput).findLast((written) => written.output === output);
  return last !== undefined && (last.home === home || last.isSimulated);
}

export async function noteOutput(output: string, { installation: { home }, openai }: Settings): Promise<void> {
  const written: WrittenOutput = { output: await realpath(output), home, isSimulated: openai.baseUrl === 'simulated' };
  await appendFile(fileOf(home), `${JSON.stringify(written)}\n`);
}

/** Beside the homes of all commands. */
function fileOf(home: string): string {
  return join(dirname(home), 'outputs.jsonl');
}
