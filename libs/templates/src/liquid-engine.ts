import { Liquid } from 'liquidjs';
import { readTexts } from './text-filters.js';

/** Of one rendering: characters of the template, milliseconds, and units of memory by the engine's count. */
export const templateLimits = { parseLimit: 1_000_000, renderLimit: 3000, memoryLimit: 50_000_000 } as const;

interface EngineOptions {
  /** A template that is one output and nothing else renders to the value itself. */
  readonly keepOutputType?: true;
  /** How a value stands in a text. */
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
  // Templates stand alone: these would look for other files.
  for (const tag of ['include', 'render', 'layout', 'block']) Reflect.deleteProperty(engine.tags, tag);
  readTexts(engine);
  return engine;
}
