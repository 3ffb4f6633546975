import { readPath } from '@batchmill/documents';
import type { Said } from '../../../results/said.js';

/** https://platform.openai.com/docs/api-reference/chat/object */
export function readChat(body: object): Said {
  const choice = readPath(body, 'choices.0');
  const refusal = readPath(choice, 'message.refusal');
  const content = readPath(choice, 'message.content');
  const text = typeof content === 'string' ? content : null;
  if (typeof refusal === 'string' && refusal !== '') return { text: null, ended: 'refused' };
  switch (readPath(choice, 'finish_reason')) {
    case 'content_filter':
      return { text, ended: 'filtered' };
    case 'length':
      return { text, ended: 'cut-off' };
    default:
      return { text, ended: 'whole' };
  }
}
