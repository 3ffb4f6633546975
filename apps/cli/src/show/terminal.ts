import { fittingLength } from './fit-line.js';

export interface Terminal extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

const defaultColumns = 80;
const columnsWithoutTerminal = 200;

/** The width of a terminal. Some terminals report 0. A file or a pipe gets a width that is enough for every table. */
export function terminalColumns(out: Pick<Terminal, 'isTTY' | 'columns'> = process.stdout): number {
  if (out.isTTY !== true) return columnsWithoutTerminal;
  return out.columns === undefined || out.columns === 0 ? defaultColumns : out.columns;
}

/** Replaces the control characters of a text that we did not write, except line breaks and tabs. */
export function sanitizeText(text: string): string {
  return text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

/** The same on one line. */
export function sanitizeLine(text: string): string {
  return sanitizeText(text.replaceAll(/\s+/g, ' ').trim());
}

const maxTextColumns = 100;
const tab = '    ';

/** Breaks a sanitized text into lines of at most so many columns, between words where possible. Keeps indentation. */
export function wrapText(text: string, columns: number): string[] {
  const width = Math.max(10, Math.min(columns, maxTextColumns));
  return sanitizeText(text.replaceAll('\r\n', '\n'))
    .replaceAll('\t', tab)
    .split('\n')
    .flatMap((line) => wrapLine(line.trimEnd(), width));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let rest = line;
  for (let fits = fittingLength(rest, width); fits < rest.length; fits = fittingLength(rest, width)) {
    const indent = rest.length - rest.trimStart().length;
    const space = rest.lastIndexOf(' ', fits);
    const at = space > indent ? space : Math.max(1, fits);
    lines.push(rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
  }
  return [...lines, rest];
}
