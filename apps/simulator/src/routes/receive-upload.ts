import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { OpenAiError } from '../http/openai-error.js';

export interface Upload {
  readonly fields: ReadonlyMap<string, string>;
  readonly filename: string;
  readonly contentPath: string;
  readonly bytes: number;
}

/** Streams the file of a form to disk. The caller moves or removes it. Throws an OpenAiError and then leaves nothing behind. */
export async function receiveUpload(
  request: FastifyRequest,
  folder: string,
  name: string,
  maxFileBytes: number,
): Promise<Upload> {
  if (!request.isMultipart()) throw new OpenAiError(400, "Expected a form ('multipart/form-data') with a file.");
  const fields = new Map<string, string>();
  const contentPath = join(folder, name);
  let filename: string | undefined;
  try {
    for await (const part of request.parts()) {
      if (part.type === 'field') {
        fields.set(part.fieldname, String(part.value));
      } else if (part.fieldname === 'file') {
        filename = part.filename;
        await pipeline(part.file, createWriteStream(contentPath));
        if (part.file.truncated) {
          throw new OpenAiError(413, `The file is too large: the maximum is ${maxFileBytes} bytes.`, { param: 'file' });
        }
      } else {
        part.file.resume();
      }
    }
    if (filename === undefined) throw new OpenAiError(400, "'file' is a required property", { param: 'file' });
    return { fields, filename, contentPath, bytes: (await stat(contentPath)).size };
  } catch (error) {
    await rm(contentPath, { force: true });
    throw error;
  }
}
