export type { DefinitionKind } from './definition-kind.js';
export { findDefinitionFiles, type DefinitionFile } from './find-definition-files.js';
export { importDefinition, shortened } from './import-definition.js';
export { resolveForDefinitions } from './resolve-for-definitions.js';
