import { printable } from './printable.js';

const widest = 100;
const tab = '    ';

/** The lines of a text within so many columns, broken between words where there are words. What begins a line stays. */
export function wrapped(text: string, columns: number): string[] {
  const width = Math.max(10, Math.min(columns, widest));
  return printable(text.replaceAll('\r\n', '\n'))
    .replaceAll('\t', tab)
    .split('\n')
    .flatMap((line) => wrapLine(line.trimEnd(), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const indent = rest.length - rest.trimStart().length;
    const space = rest.lastIndexOf(' ', width);
    const at = space > indent ? space : width;
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
