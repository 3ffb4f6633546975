import { registerHooks } from 'node:module';

/**
 * Lets Node run these sources as they are, in tests: it strips the types itself, and only has to be told that
 * `./x.js` in a `.ts` file is `./x.ts`. Given to it with `--import`.
 */
registerHooks({
  resolve(specifier, context, next) {
    const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts') === true;
    return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
