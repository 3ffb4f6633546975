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

/** Digit by digit into bytes: four times as fast as joining strings. */
function writeDecimals(vector: Int32Array): string {
  const bytes = Buffer.allocUnsafe(vector.length * bytesPerDecimal + 2);
  let at = 0;
  bytes[at++] = openBracket;
  for (let index = 0; index < vector.length; index += 1) {
    if (index > 0) bytes[at++] = comma;
    const millionths = vector[index] ?? 0;
    if (millionths < 0) bytes[at++] = minus;
    let rest = Math.abs(millionths);
    const whole = Math.floor(rest / parts);
    rest -= whole * parts;
    bytes[at++] = zero + whole;
    bytes[at++] = point;
    for (let digit = at + 5; digit >= at; digit -= 1) {
      const tenth = (rest / 10) | 0;
      bytes[digit] = zero + rest - tenth * 10;
      rest = tenth;
    }
    at += 6;
  }
  bytes[at++] = closeBracket;
  return bytes.toString('latin1', 0, at);
}

/** A comma, a sign, the digit before the point, the point and six digits. */
const bytesPerDecimal = 10;
const [openBracket, closeBracket, comma, minus, point, zero] = [0x5b, 0x5d, 0x2c, 0x2d, 0x2e, 0x30];
