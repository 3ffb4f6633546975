export { bsonType, isBsonValue } from './bson-type.js';
export { decodeId, encodeId } from './encode-id.js';
export { formsOfId } from './forms-of-id.js';
export { idText } from './id-text.js';
export { isPlainObject } from './is-plain-object.js';
export { pathsOverlap, readPath } from './paths.js';
export { readDocument, type SourceDocument } from './read-document.js';
export { writeDocument } from './write-document.js';
