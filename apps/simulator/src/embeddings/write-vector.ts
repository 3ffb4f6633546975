const parts = 1_000_000;

/** The two forms in which the provider writes a vector, as JSON. The components are millionths. */
export function writeVector(vector: Int32Array, format: 'float' | 'base64'): string {
  return format === 'float' ? writeDecimals(vector) : `"${writeBase64(vector)}"`;
}

/** Little-endian float32, as the provider sends them. */
function writeBase64(vector: Int32Array): string {
  const bytes = Buffer.allocUnsafe(vector.length * 4);
  for (let index = 0; index < vector.length; index += 1) bytes.writeFloatLE((vector[index] ?? 0) / parts, index * 4);
  return bytes.toString('base64');
}

function writeDecimals(vector: Int32Array): string {
  let json = '[';
  for (let index = 0; index < vector.length; index += 1) {
    if (index > 0) json += ',';
    json += decimal(vector[index] ?? 0);
  }
  return `${json}]`;
}

/** Most components are small: their texts are kept. */
const keptBelow = 262_144;
const kept: (string | undefined)[] = [];

function decimal(millionths: number): string {
  const size = Math.abs(millionths);
  if (size >= keptBelow) return String(millionths / parts);
  const text = (kept[size] ??= size === 0 ? '0' : `0.${String(size).padStart(6, '0')}`);
  return millionths < 0 ? `-${text}` : text;
}
