import { styleText } from 'node:util';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan';

/** Colours a text, or returns it as it is. */
export type Paint = (style: Style, text: string) => string;

/** Colours what is printed to a terminal. Follows NO_COLOR and FORCE_COLOR as Node does. */
export function paintFor(stream: NodeJS.WritableStream): Paint {
  return (style, text) => styleText(style, text, { stream });
}

export const noPaint: Paint = (_style, text) => text;
