import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => ['node_modules', 'dist', 'build', '.git', '.nx', '.batchmill', '.servers'].includes(name),
});

describe('links', () => {
  it.each(pages.sort())('T4: the links of a page lead to files and headings that exist: %s', (page) => {
    expect(brokenLinks(readFileSync(join(root, page), 'utf8'), page)).toEqual([]);
  });

  it.each([
    ['a missing file', 'see [this](docs/nowhere.md)', ['docs/nowhere.md']],
    ['a missing heading', 'see [this](ARCHITECTURE.md#nowhere)', ['ARCHITECTURE.md#nowhere']],
    ['a missing heading of the same page', '# Here\n[this](#there)', ['#there']],
    ['an existing heading', '# Here it is\n[this](#here-it-is)', []],
    ['another site', '[this](https://example.com/nowhere.md)', []],
    ['a link in code', '`[this](nowhere.md)`\n```\n[this](nowhere.md)\n```', []],
  ])('%s', (_, text, broken) => {
    expect(brokenLinks(text, 'page.md')).toEqual(broken);
  });
});

function brokenLinks(text: string, page: string): string[] {
  const targets = [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target) && !leadsSomewhere(target, { text, page }));
}

function leadsSomewhere(target: string, { text, page }: { text: string; page: string }): boolean {
  const [path = '', heading] = decodeURIComponent(target).split('#');
  const file = join(root, dirname(page), path);
  if (path !== '' && !existsSync(file)) return false;
  return heading === undefined || headingsOf(path === '' ? text : readFileSync(file, 'utf8')).includes(heading);
}

/** The anchors of the headings: lower case, dashes for spaces, without punctuation. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Without fenced blocks and code between backticks, whose links are only examples. */
function withoutCode(text: string): string {
  return text.replaceAll(/^(?:```|~~~)[^]*?^(?:```|~~~)/gm, '').replaceAll(/`[^`\n]*`/g, '');
}
