import { Liquid } from 'liquidjs';
import { replaceNumberFilters } from './number-filters.js';
import { replaceTextFilters } from './text-filters.js';

/** Limits per rendering: characters of the template, milliseconds, and memory in the engine's own unit. */
export const templateLimits = { parseLimit: 1_000_000, renderLimit: 3000, memoryLimit: 50_000_000 } as const;

interface EngineOptions {
  /** A template that consists of one output renders to the value itself. */
  readonly keepOutputType?: true;
  /** Turns a value into text. */
  readonly outputEscape?: (value: unknown) => string;
}

export function liquidEngine(options: EngineOptions): Liquid {
  const engine = new Liquid({
    ...templateLimits,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    templates: {},
    ...options,
  });
  // These tags would read other files.
  for (const tag of ['include', 'render', 'layout', 'block']) Reflect.deleteProperty(engine.tags, tag);
  replaceTextFilters(engine);
  replaceNumberFilters(engine);
  return engine;
}
