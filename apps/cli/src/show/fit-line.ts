import stringWidth from 'string-width';
import { noPaint, type Paint, type Style } from './paint.js';

/** A piece of a line that is shown whole or not at all. */
export interface Part {
  readonly text: string;
  /** On a line that does not fit, the parts with the lowest are left out first, of equal ones the last. */
  readonly weight: number;
  readonly style?: Style;
  /** What separates it from the part before; by default a dot, and within a group a comma. */
  readonly glue?: string;
  /** Neighbours of one group follow its name, whichever of them are shown. */
  readonly group?: string;
}

/** The columns that a text takes on a terminal. Characters of East Asian scripts and emoji take two. */
export function textColumns(text: string): number {
  return narrow.test(text) ? text.length : stringWidth(text);
}

/** Most of what is shown. */
const narrow = /^[ -~·█░…]*$/;

const graphemes = new Intl.Segmenter();

/** The length of the longest start of a text that fits in so many columns. */
export function fittingLength(text: string, columns: number): number {
  if (text.length <= columns && textColumns(text) <= columns) return text.length;
  let taken = 0;
  let length = 0;
  for (const { segment } of graphemes.segment(text)) {
    taken += textColumns(segment);
    if (taken > columns) break;
    length += segment.length;
  }
  return length;
}

/** Cuts a text that is too wide, with an ellipsis: between words where it can, and never within a number. */
export function cutText(text: string, columns: number): string {
  if (textColumns(text) <= columns) return text;
  const length = fittingLength(text, Math.max(0, columns - 1));
  const start = text.slice(0, length);
  if (/\s/.test(text.charAt(length))) return `${start.trimEnd()}…`;
  const space = start.trimEnd().lastIndexOf(' ');
  const whole = space > length / 4 ? start.slice(0, space) : start;
  return `${whole.length < length ? whole : withoutCutNumber(start, text.charAt(length))}…`.slice(0, columns);
}

function withoutCutNumber(start: string, next: string): string {
  return /[\d.,]/.test(next) ? start.replace(/[$<]?[\d.,]+$/, '') : start;
}

/** The parts as one line that is no wider than so many columns. The last one left is cut if it must be. */
export function fitLine(parts: readonly Part[], columns: number, paint: Paint): string {
  return fitLines(parts, { columns, lines: 1, paint })[0] ?? '';
}

interface Space {
  readonly columns: number;
  readonly lines: number;
}

/** The same on so many lines at most, broken between parts. */
export function fitLines(
  parts: readonly Part[],
  { columns, lines, paint }: Space & { readonly paint: Paint },
): string[] {
  return breakParts(fitParts(parts, { columns, lines }), columns).map((line) => {
    const [first] = line;
    if (first === undefined || line.length > 1) return joined(line, paint).join('');
    const text = cutText(first.text, columns - widthOf([{ ...first, text: '' }]));
    return joined([{ ...first, text }], paint).join('');
  });
}

/** The parts that fit in a space. At least one, which may be too wide. */
export function fitParts(parts: readonly Part[], { columns, lines }: Space): readonly Part[] {
  const fits = (broken: readonly (readonly Part[])[]): boolean => {
    return broken.length <= lines && broken.every((line) => widthOf(line) <= columns);
  };
  let kept = parts.filter(({ text }) => text !== '');
  while (kept.length > 1 && !fits(breakParts(kept, columns))) {
    const lightest = Math.min(...kept.map(({ weight }) => weight));
    const index = kept.findLastIndex(({ weight }) => weight === lightest);
    kept = kept.toSpliced(index, 1);
  }
  return kept;
}

function breakParts(parts: readonly Part[], columns: number): Part[][] {
  const lines: Part[][] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined || widthOf([...last, part]) > columns) lines.push([part]);
    else last.push(part);
  }
  return lines;
}

function widthOf(parts: readonly Part[]): number {
  return textColumns(joined(parts).join(''));
}

/** Each part with what separates it from the part before. */
function joined(parts: readonly Part[], paint: Paint = noPaint): string[] {
  return parts.map(({ text, style, glue, group }, index) => {
    const before = parts[index - 1];
    const isNewGroup = group !== undefined && group !== before?.group;
    const separator = before === undefined ? '' : isNewGroup ? ' · ' : (glue ?? (group === undefined ? ' · ' : ', '));
    return `${separator}${isNewGroup ? `${group}: ` : ''}${style === undefined ? text : paint(style, text)}`;
  });
}
