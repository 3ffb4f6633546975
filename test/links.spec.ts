import { describe, expect, it } from '@jest/globals';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const pages = globSync('**/*.md', {
  cwd: root,
  exclude: (name) => ['node_modules', 'dist', '.git', '.nx', '.batchmill', '.servers'].includes(name),
});

describe('links', () => {
  it.each(pages.sort())('T4: the links of a page lead to files and headings that exist: %s', (page) => {
    expect(brokenLinks(readFileSync(join(root, page), 'utf8'), page)).toEqual([]);
  });

  it.each([
    ['a file that is not there', 'see [this](docs/nowhere.md)', ['docs/nowhere.md']],
    ['a heading that is not there', 'see [this](ARCHITECTURE.md#nowhere)', ['ARCHITECTURE.md#nowhere']],
    ['a heading of its own that is not there', '# Here\n[this](#there)', ['#there']],
    ['a heading', '# Here it is\n[this](#here-it-is)', []],
    ['another site', '[this](https://example.com/nowhere.md)', []],
    ['a link that is only shown', '`[this](nowhere.md)`\n```\n[this](nowhere.md)\n```', []],
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

/** As they are written in links: small letters, dashes for spaces, nothing but words. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Examples are no links: fences and what stands between backticks. A link's text may be code. */
function withoutCode(text: string): string {
  return text.replaceAll(/^(?:```|~~~)[^]*?^(?:```|~~~)/gm, '').replaceAll(/`[^`\n]*`/g, '');
}
