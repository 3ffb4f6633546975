import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** Tells of a token whether a controller or provider of the app has it as a type of its constructor's arguments. */
export function injectedIn(app: INestApplicationContext): (token: unknown) => boolean {
  const tokens = new Set<unknown>();
  for (const { controllers, providers } of app.get(ModulesContainer).values()) {
    for (const { metatype } of [...controllers.values(), ...providers.values()]) {
      if (typeof metatype !== 'function') continue;
      const types: unknown = Reflect.getMetadata('design:paramtypes', metatype);
      if (Array.isArray(types)) for (const type of types) tokens.add(type);
    }
  }
  return (token) => tokens.has(token);
}
