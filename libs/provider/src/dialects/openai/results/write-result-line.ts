import type { SynchronousAnswer } from '../../../results/synchronous-result.js';

/**
 * A line of a result file of an answer that came without a batch, with its newline. `id` names the line, as the provider's
 * `batch_req_…` does.
 */
export function writeResultLine(id: string, customId: string, answer: SynchronousAnswer): string {
  const { statusCode, requestId, body } = answer;
  const response = `{"status_code":${statusCode},"request_id":${JSON.stringify(requestId)},"body":${onOneLine(body)}}`;
  return `{"id":${JSON.stringify(id)},"custom_id":${JSON.stringify(customId)},"response":${response},"error":null}\n`;
}

/** JSON may be spread over lines, but no text in it is. */
function onOneLine(json: string): string {
  return json.replaceAll(/[\r\n]+/g, '');
}
