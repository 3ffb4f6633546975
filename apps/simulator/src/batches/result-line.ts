import { errorOfStatus } from '../http/openai-error.js';

/** Lines of result files, each with its newline. Ids derive from `requestId`. */
export const resultLine = {
  /** `bodyJson` is the answer as the endpoint would send it. */
  answered(customId: string, requestId: string, status: number, bodyJson: string): string {
    const response = `{"status_code":${status},"request_id":"req_${requestId}","body":${bodyJson}}`;
    return `{"id":"batch_req_${requestId}","custom_id":${JSON.stringify(customId)},"response":${response},"error":null}\n`;
  },

  failed(customId: string, requestId: string, status: number): string {
    return resultLine.answered(customId, requestId, status, JSON.stringify(errorOfStatus(status).body));
  },

  withoutStatus(customId: string, requestId: string): string {
    const response = { status_code: 0, request_id: '', body: {} };
    return `${JSON.stringify({ id: `batch_req_${requestId}`, custom_id: customId, response, error: null })}\n`;
  },

  withoutResponse(customId: string | null, requestId: string, code: string, message: string): string {
    const error = { code, message };
    return `${JSON.stringify({ id: `batch_req_${requestId}`, custom_id: customId, response: null, error })}\n`;
  },
};
