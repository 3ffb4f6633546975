import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { outputOf, startProgram } from './child.ts';

const clientVersion = '3.57.0';
const timeoutMs = 300_000;

/** Installs the official SDK for Python into a folder. Needs Python 3 with its module venv. Returns the interpreter. */
export async function preparePython(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  await outputOf(startProgram('python3', ['-m', 'venv', folder]), timeoutMs);
  const program = join(folder, 'bin', 'python');
  await outputOf(
    startProgram(program, [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `openai==${clientVersion}`,
    ]),
    timeoutMs,
  );
  return program;
}
