import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, posix } from 'node:path';
import { isInContext } from './docker-ignore.ts';
import { stagesOf, wordsOf, type Instruction } from './dockerfile.ts';

/** The content of an image in a folder of this machine, and how the image is started. */
export interface ImageFolder {
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  /** The owner of the files and the process, as number:number; null is root. */
  readonly user: string | null;
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

type MutableImageFolder = { -readonly [Key in keyof ImageFolder]: ImageFolder[Key] };

/** Carries out the instructions of `deploy/Dockerfile`, of the last commit, in folders of `work`. Returns the last stage. */
export function makeImageFolder({ project, work }: { project: string; work: string }): ImageFolder {
  const context = join(work, 'context');
  exportContext(project, context);
  const made = new Map<string, ImageFolder>();
  let last: ImageFolder | null = null;
  for (const { name, from, instructions } of stagesOf(readFileSync(join(context, 'deploy/Dockerfile'), 'utf8'))) {
    const stage = startStage(join(work, `stage-${name}`), made.get(from));
    const sources = { context, made };
    for (const instruction of instructions) carryOut(instruction, stage, sources);
    made.set(name, stage);
    last = stage;
  }
  if (last === null) throw new Error('Dockerfile: found no FROM');
  return last;
}

/** Maps a path of the image into its folder. Other paths stay as they are. */
export function inFolder({ root }: { root: string }, text: string): string {
  return text.replace(/^(?=\/(app|home)\b)/, root);
}

/** Runs the words as the image's user, where this process is root. */
export function asUser({ user }: { user: string | null }, words: readonly string[]): readonly string[] {
  if (user === null || process.getuid?.() !== 0) return words;
  const [uid, gid = uid] = user.split(':');
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...words];
}

interface CopySources {
  readonly context: string;
  readonly made: ReadonlyMap<string, ImageFolder>;
}

function carryOut(instruction: Instruction, stage: MutableImageFolder, sources: CopySources): void {
  const { keyword, text } = instruction;
  switch (keyword) {
    case 'WORKDIR':
      stage.workdir = text;
      mkdirSync(join(stage.root, text), { recursive: true });
      return;
    case 'COPY': {
      copy(instruction, stage, sources);
      return;
    }
    case 'RUN': {
      run(text, stage);
      return;
    }
    case 'ENV':
      stage.env = {
        ...stage.env,
        ...Object.fromEntries(text.split(/\s+/).map((pair) => pair.split('=', 2) as [string, string])),
      };
      return;
    case 'USER':
      stage.user = text;
      return;
    case 'ENTRYPOINT':
      stage.entrypoint = wordsOf(text) ?? unknown(instruction);
      return;
    case 'CMD':
      stage.command = wordsOf(text) ?? unknown(instruction);
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = wordsOf(text.replace(/^CMD\s+/, '')) ?? unknown(instruction);
      return;
    case 'EXPOSE':
      return;
    default:
      unknown(instruction);
  }
}

function unknown({ keyword, text }: Instruction): never {
  throw new Error(`Dockerfile: found ${keyword} ${text}, which this script cannot carry out`);
}

function copy(
  { text, flags }: Instruction,
  { root, workdir }: MutableImageFolder,
  { context, made }: CopySources,
): void {
  const from = flags.get('from');
  const source = from === undefined ? context : made.get(from)?.root;
  if (source === undefined)
    throw new Error(`Dockerfile: found COPY --from=${from}, expected the name of a previous stage`);
  const [path = '', target = ''] = text.split(/\s+/);
  cpSync(join(source, path), posix.resolve(join(root, workdir), target), { recursive: true, verbatimSymlinks: true });
}

function run(command: string, stage: MutableImageFolder): void {
  process.stdout.write(`  RUN ${command}\n`);
  const [file = '', ...words] = asUser(stage, ['sh', '-ec', command]);
  const { status } = spawnSync(file, words, {
    cwd: join(stage.root, stage.workdir),
    // A build needs the network, and with it the proxies and certificates of this machine
    env: { ...process.env, ...environmentOf(stage), NX_SKIP_NX_CACHE: 'true' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`RUN ${command}: ended with ${status}`);
}

/** The image's environment, with this machine's PATH: the Node that runs this is used as the image's. */
export function environmentOf(stage: Pick<ImageFolder, 'root' | 'env' | 'user'>): Record<string, string> {
  const env = Object.entries(stage.env).map(([name, value]) => [name, inFolder(stage, value)] as const);
  const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
  const home = stage.user === null ? homedir() : join(stage.root, 'home/node');
  return { PATH: path, HOME: home, ...Object.fromEntries(env) };
}

function startStage(root: string, from: ImageFolder | undefined): MutableImageFolder {
  rmSync(root, { recursive: true, force: true });
  const home = join(root, 'home/node');
  if (from === undefined) {
    mkdirSync(home, { recursive: true });
    if (process.getuid?.() === 0) chownSync(home, 1000, 1000); // the user `node` of the image
    return { root, workdir: '/', env: {}, user: null, entrypoint: [], command: [], healthcheck: [] };
  }
  execFileSync('cp', ['-a', from.root, root]);
  return { ...from, root };
}

function exportContext(project: string, context: string): void {
  mkdirSync(context, { recursive: true });
  const archive = execFileSync('git', ['archive', 'HEAD'], { cwd: project, maxBuffer: 1 << 30 });
  execFileSync('tar', ['-x', '-C', context], { input: archive });
  const ignore = readFileSync(join(context, '.dockerignore'), 'utf8');
  const entries = readdirSync(context, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isDirectory() && !isInContext(posix.relative(context, file), ignore)) rmSync(file);
  }
  execFileSync('find', [context, '-type', 'd', '-empty', '-delete']); // the archive also holds empty folders
}
