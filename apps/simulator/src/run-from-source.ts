import { registerHooks } from 'node:module';

/**
 * Lets Node run these sources in tests. Node strips the types itself and only needs to know that
 * `./x.js` in a `.ts` file is `./x.ts`. Loaded with `--import`.
 */
registerHooks({
  resolve(specifier, context, next) {
    const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts') === true;
    return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
