import { hash } from 'node:crypto';
import { refusalNamed } from '../faults/refusals.js';
import { OpenAiError, refusedError } from '../http/openai-error.js';
import type { BilledLine } from '../ledger/ledger.js';
import { performRequest } from '../perform/perform-request.js';
import { seededHex } from '../random/seeded-random.js';
import type { Simulation } from '../simulation.js';
import type { Batch } from './batch.js';
import { readRequest } from './batch-request.js';
import { resultLine } from './result-line.js';
import { shapeResult, type ResultShape } from './shape-result.js';

/** The result of one line. */
export interface LineOutcome {
  /** For the output file; may be several lines, or none. */
  readonly output: string;
  /** For the error file. */
  readonly error: string;
  readonly completed: boolean;
  /** null: not billed. What can be read in the output file is billed, and else only what a fault says. */
  readonly billed: BilledLine | null;
}

export async function processLine(text: string, batch: Batch, simulation: Simulation): Promise<LineOutcome> {
  const request = readRequest(text, batch.endpoint);
  // The file was validated, so only damage on the disk gets here.
  if ('code' in request) throw new Error(`A validated line of ${batch.inputFileId} is unreadable: ${request.message}`);
  const { customId, body } = request;
  const requestId = seededHex(`${batch.seq}:${customId}`, 32);
  const fault = lineFault(batch, customId, simulation);
  const failed = (error: string): LineOutcome => ({ output: '', error, completed: false, billed: null });
  if (fault?.what === 'status') return failed(resultLine.failed(customId, requestId, Number(fault.value ?? 500)));
  if (fault?.what === 'refused') {
    const error = refusedError(refusalNamed(fault.value));
    return failed(resultLine.answered(customId, requestId, error.status, JSON.stringify(error.body)));
  }
  if (fault?.what === 'status-0') return failed(resultLine.withoutStatus(customId, requestId));
  if (fault?.what === 'drop-answer') {
    return failed(resultLine.withoutResponse(customId, requestId, 'request_timeout', 'The request timed out.'));
  }

  try {
    const performed = await performRequest(batch.endpoint, body, {
      limits: simulation.options.limits,
      nowSeconds: simulation.clock.nowSeconds(),
      requestHash: requestId,
      refuse: fault?.what === 'refusal',
      halve: fault?.what === 'half-answer',
      ...(fault?.what === 'tier' && { answeredTier: typeof fault.value === 'string' ? fault.value : 'priority' }),
      cachedShare: fault?.what === 'cached' ? Number(fault.value ?? 0.5) : 0,
    });
    const { model, usage } = performed;
    const bodyHash = hash('sha256', JSON.stringify(body), 'buffer');
    const isFullPrice = fault?.what === 'tier' && model.kind === 'chat';
    return {
      output:
        shownLine(resultLine.answered(customId, requestId, 200, performed.json), fault) +
        extraLine(fault, customId, requestId, performed.json),
      error: '',
      completed: true,
      billed: isUnbilled(fault) ? null : { batchSeq: batch.seq, customId, bodyHash, model, ...usage, isFullPrice },
    };
  } catch (error) {
    if (!(error instanceof OpenAiError)) throw error;
    return failed(resultLine.answered(customId, requestId, error.status, JSON.stringify(error.body)));
  }
}

type LineFaultFired = { readonly what: string; readonly value: unknown } | undefined;

/** The first that fires. The draw depends on the batch too, so that a line that is sent again may fare differently. */
function lineFault(batch: Batch, customId: string, simulation: Simulation): LineFaultFired {
  if (batch.faults.lineStatus !== undefined) return { what: 'status', value: batch.faults.lineStatus };
  if (simulation.faults.standing.length === 0) return undefined;
  const subjects = [customId, JSON.stringify(batch.metadata)];
  return simulation.faults.fire('line', subjects, `${batch.seq}:${customId}`)[0];
}

/** The line of an answer in the output file. */
function shownLine(line: string, fault: LineFaultFired): string {
  switch (fault?.what) {
    case 'missing':
      return '';
    case 'bad-json':
      return `${line.slice(0, Math.floor(line.length / 2))}\n`;
    case 'shape':
      return shapeResult(line, (fault.value ?? 'unreadable') as ResultShape); // the rule was checked
    default:
      return line;
  }
}

/** Of an answer that cannot be read. */
function isUnbilled(fault: LineFaultFired): boolean {
  return (fault?.what === 'missing' || fault?.what === 'bad-json') && fault.value !== 'billed';
}

function extraLine(fault: LineFaultFired, customId: string, requestId: string, json: string): string {
  if (fault?.what === 'double') return resultLine.answered(customId, requestId, 200, json);
  if (fault?.what !== 'unknown') return '';
  const stranger = typeof fault.value === 'string' ? fault.value : `unknown-${requestId.slice(0, 12)}`;
  return resultLine.answered(stranger, seededHex(stranger, 32), 200, json);
}
