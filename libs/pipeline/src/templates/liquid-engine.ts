import { Liquid } from 'liquidjs';
import { stringifyValue } from './stringify-value.js';

const limits = { parseLimit: 1_000_000, renderLimit: 3000, memoryLimit: 50_000_000 };

/** `keepOutputType`: a template that is one output and nothing else renders to the value itself. */
export function liquidEngine({ keepOutputType }: { keepOutputType: boolean }): Liquid {
  const engine = new Liquid({
    ...limits,
    strictVariables: true,
    strictFilters: true,
    lenientIf: true,
    ownPropertyOnly: true,
    timezoneOffset: 0,
    templates: {},
    ...(keepOutputType ? { keepOutputType } : { outputEscape: stringifyValue }),
  });
  // Templates stand alone: these would look for other files.
  for (const tag of ['include', 'render', 'layout', 'block']) Reflect.deleteProperty(engine.tags, tag);
  return engine;
}
