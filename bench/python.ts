import { outputOf, startProgram } from './child.ts';

/** The official SDK. */
export const sdk = ['openai==3.57.0'];
/** The peers, all of which accept this version of it. */
export const peers = ['openai==2.54.0', 'openai-batch==0.3.4', 'openai-batch-helper==0.1.1', 'batchwizard==0.5.0'];

const timeoutMs = 600_000;

/** Installs packages for Python into a folder of their own. Needs Python 3.11 with its module venv. Returns the interpreter. */
export async function preparePython(folder: string, packages: readonly string[]): Promise<string> {
  await outputOf(startProgram('python3', ['-m', 'venv', folder]), timeoutMs);
  const program = `${folder}/bin/python`;
  const quietly = ['--quiet', '--disable-pip-version-check'];
  await outputOf(startProgram(program, ['-m', 'pip', 'install', ...quietly, ...packages]), timeoutMs);
  return program;
}
