export { Vectors, type VectorCollection, type VectorHit, type VectorRow } from './vectors.js';
