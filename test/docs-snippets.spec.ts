import { describe, expect, it } from '@jest/globals';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const pages = globSync('docs/{how-to,explanation}/**/*.md', { cwd: root }).sort();

describe('snippets in the guides', () => {
  it.each(pages)('T4: the snippets of a guide are the same as in the files that they name: %s', (page) => {
    expect(differingSnippets(read(page))).toEqual([]);
  });

  it.each([
    ['unchanged', 'const one = 1;\nconst two = 2;', []],
    ['with less indentation', 'two(\n  three,\n);', []],
    ['changed', 'const one = 2;', ['file.ts: const one = 2;']],
    ['with changed indentation', 'two(\nthree,\n);', ['file.ts: two(']],
  ])('a snippet of a file is found or not: %s', (_, snippet, differing) => {
    const file = 'const one = 1;\nconst two = 2;\nif (one) {\n  two(\n    three,\n  );\n}\n';
    const page = `Text.\n\n<!-- from: file.ts -->\n\n\`\`\`ts\n${snippet}\n\`\`\`\n`;

    expect(differingSnippets(page, () => file)).toEqual(differing);
  });

  it('a mark without a fenced block after it is reported', () => {
    expect(differingSnippets('<!-- from: file.ts -->\n\nText.', () => '')).toEqual([
      'file.ts: no fenced block follows',
    ]);
  });
});

/** The blocks after a `<!-- from: path -->` that are not in that file character by character, at one indentation. */
function differingSnippets(page: string, textOf: (path: string) => string = read): string[] {
  const marks = [...page.matchAll(/^<!-- from: (\S+) -->\n+(```\w*\n([^]*?)\n```$)?/gm)];
  return marks.flatMap(([, path = '', block, snippet = '']) => {
    if (block === undefined) return [`${path}: no fenced block follows`];
    return isIn(snippet, textOf(path)) ? [] : [`${path}: ${snippet.split('\n')[0] ?? ''}`];
  });
}

function isIn(snippet: string, text: string): boolean {
  const depths = [0, 2, 4, 6, 8, 10, 12].map((depth) => ' '.repeat(depth));
  return depths.some((depth) => `\n${text}\n`.includes(`\n${snippet.replaceAll(/^(?=.)/gm, depth)}\n`));
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
