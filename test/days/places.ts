import { openEmbeddedPorts } from '../faults/embedded-ports.js';
import type { OpenPlaces } from './lived-collection.js';

/** The embedded adapters. */
export const openEmbedded: OpenPlaces = async (folder, clock, ids) => {
  return { ports: await openEmbeddedPorts(folder, { clock, ids }), alias: 'letters' };
};
