/**
 * `node --import <this file>` runs the workspace's TypeScript from its sources, so that a test can start a process
 * without a build.
 */
import { existsSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

const libraries = new URL('../../', import.meta.url);

registerHooks({
  resolve(specifier, context, next) {
    const [, library, folder] = /^@batchmill\/([\w-]+)(?:\/(\w+))?$/.exec(specifier) ?? [];
    if (library) {
      const path = folder ? `${library}/src/${folder}/index.ts` : `${library}/src/index.ts`;
      return { url: new URL(path, libraries).href, shortCircuit: true };
    }
    if (/^\.{1,2}\/.*\.js$/.test(specifier) && context.parentURL?.startsWith(libraries.href)) {
      const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
      if (existsSync(source)) return { url: source.href, shortCircuit: true };
    }
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith(libraries.href) || !url.endsWith('.ts')) return next(url, context);
    const filename = fileURLToPath(url);
    const { code } = transformSync(readFileSync(filename, 'utf8'), {
      filename,
      swcrc: false,
      sourceMaps: 'inline',
      module: { type: 'es6' },
      jsc: {
        target: 'es2024',
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, verbatimModuleSyntax: true },
      },
    });
    return { format: 'module', source: code, shortCircuit: true };
  },
});
