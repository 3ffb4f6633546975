import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '../..');

/**
 * The path of the packed package: the one that TEST_PACKAGE names, else one that is packed now, into the folder. The gate packs
 * once, because its runs beside each other would overwrite each other's build.
 */
export async function packedPackage(folder: string): Promise<string> {
  const given = process.env['TEST_PACKAGE'];
  if (given !== undefined) return given;
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/pack/command.ts'), '--to', folder];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}
