import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPackage } from './build-package.ts';

/*
 * Builds the package that users install, and packs it. `--to FOLDER` is where the tarball goes, which must exist; default: the
 * folder of the package. Prints the tarball’s path. The repository must have been built before.
 */
const { values } = parseArgs({ options: { to: { type: 'string' } } });
const folder = await buildPackage();
const to = values.to ?? folder;
const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', to], { cwd: folder, encoding: 'utf8' });
const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
process.stdout.write(`${join(to, filename)}\n`);
