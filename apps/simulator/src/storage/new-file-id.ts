import { randomBytes } from 'node:crypto';

export function newFileId(): string {
  return `file-${randomBytes(12).toString('hex')}`;
}
