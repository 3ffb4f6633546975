import { TextEmbedder } from './dist/embeddings/text-embedder.js';
import { writeVector } from './dist/embeddings/write-vector.js';
const words = Array.from({ length: 20000 }, (_, i) => 'w' + ((i * 7919) % 100003).toString(36) + 'ing');
const texts = Array.from({ length: 5000 }, (_, i) => {
  let t = '';
  let s = i + 1;
  while (t.length < 2000) {
    s = (s * 1103515245 + 12345) >>> 0;
    t += words[(s >>> 8) % words.length] + ' the ';
  }
  return t;
});
const e = new TextEmbedder();
for (const f of ['base64', 'float']) {
  let t0 = Date.now(),
    b = 0,
    v = [];
  for (const t of texts) v.push(e.embed(t, 1536));
  console.log('embed', Date.now() - t0);
  t0 = Date.now();
  for (const x of v) b += writeVector(x, f).length;
  console.log(f, Date.now() - t0, b);
}
