import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const pages = globSync('docs/{how-to,explanation}/**/*.md', { cwd: root }).sort();

describe('snippets in the guides', () => {
  it.each(pages)('T4: the snippets of a guide stand in the files that they are said to be from: %s', (page) => {
    expect(strangeSnippets(read(page))).toEqual([]);
  });

  it.each([
    ['as it stands', 'const one = 1;\nconst two = 2;', []],
    ['from further in', 'two(\n  three,\n);', []],
    ['otherwise', 'const one = 2;', ['file.ts: const one = 2;']],
    ['indented otherwise', 'two(\nthree,\n);', ['file.ts: two(']],
  ])('a snippet is found, or not: %s', (_, snippet, strange) => {
    const file = 'const one = 1;\nconst two = 2;\nif (one) {\n  two(\n    three,\n  );\n}\n';
    const page = `Text.\n\n<!-- from: file.ts -->\n\n\`\`\`ts\n${snippet}\n\`\`\`\n`;

    expect(strangeSnippets(page, () => file)).toEqual(strange);
  });

  it('what is said to be from a file and is no fenced block is strange', () => {
    expect(strangeSnippets('<!-- from: file.ts -->\n\nText.', () => '')).toEqual(['file.ts: no fenced block follows']);
  });
});

/** Of the blocks that `<!-- from: path -->` goes before, those that do not stand in that file, at one depth, to the letter. */
function strangeSnippets(page: string, textOf: (path: string) => string = read): string[] {
  const marks = [...page.matchAll(/^<!-- from: (\S+) -->\n+(```\w*\n([^]*?)\n```$)?/gm)];
  return marks.flatMap(([, path = '', block, snippet = '']) => {
    if (block === undefined) return [`${path}: no fenced block follows`];
    return standsIn(snippet, textOf(path)) ? [] : [`${path}: ${snippet.split('\n')[0] ?? ''}`];
  });
}

function standsIn(snippet: string, text: string): boolean {
  const depths = [0, 2, 4, 6, 8, 10, 12].map((depth) => ' '.repeat(depth));
  return depths.some((depth) => `\n${text}\n`.includes(`\n${snippet.replaceAll(/^(?=.)/gm, depth)}\n`));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
