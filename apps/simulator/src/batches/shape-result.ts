/** Forms of a result line that compatible servers were seen to write. `unreadable` is a form that nobody knows. */
export const resultShapes = [
  'parts',
  'legacy-text',
  'nested-vector',
  'no-status',
  'status-text',
  'body-text',
  'no-response',
  'byte-order-mark',
  'carriage-return',
  'unreadable',
] as const;

export type ResultShape = (typeof resultShapes)[number];

type Json = Record<string, unknown>;

/** The same result in another form. A form that does not exist for this endpoint leaves the line as it is. */
export function shapeResult(line: string, shape: ResultShape): string {
  if (shape === 'byte-order-mark') return `\uFEFF${line}`;
  if (shape === 'carriage-return') return line.replace(/\n$/, '\r\n');
  return `${JSON.stringify(reshaped(JSON.parse(line) as Json, shape))}\n`;
}

function reshaped(line: Json, shape: Exclude<ResultShape, 'byte-order-mark' | 'carriage-return'>): Json {
  const response = line['response'] as Json;
  const body = response['body'] as Json;
  const withBody = (changed: Json): Json => ({ ...line, response: { ...response, body: changed } });
  switch (shape) {
    case 'parts':
      return withBody(
        mapChoices(body, ({ message, ...choice }) => {
          const { content, ...rest } = message as Json;
          return { ...choice, message: { ...rest, content: [{ type: 'text', text: content }] } };
        }),
      );
    case 'legacy-text':
      return withBody(
        mapChoices(body, ({ message, ...choice }) => ({ ...choice, text: (message as Json)['content'] })),
      );
    case 'nested-vector':
      return withBody(
        mapList(body, 'data', ({ embedding, ...item }) => ({ ...item, embedding: [numbersIn(embedding)] })),
      );
    case 'no-status':
      return { ...line, response: { body } };
    case 'status-text':
      return { ...line, response: { ...response, status_code: String(response['status_code']) } };
    case 'body-text':
      return { ...line, response: { ...response, body: JSON.stringify(body) } };
    case 'no-response':
      return { custom_id: line['custom_id'], ...body };
    case 'unreadable':
      return withBody({ answer: { in: { a: { form: 'that nobody knows' } } }, usage: body['usage'] });
  }
}

function mapChoices(body: Json, change: (choice: Json) => Json): Json {
  return mapList(body, 'choices', change);
}

function mapList(body: Json, key: string, change: (item: Json) => Json): Json {
  const items = body[key];
  return Array.isArray(items) ? { ...body, [key]: (items as Json[]).map(change) } : body;
}

/** The numbers of an embedding, which is a list or base64 of float32. */
function numbersIn(embedding: unknown): unknown {
  if (typeof embedding !== 'string') return embedding;
  const bytes = Uint8Array.from(Buffer.from(embedding, 'base64'));
  return [...new Float32Array(bytes.buffer)];
}
