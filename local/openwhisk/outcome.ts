import type { ActivationStatus } from './activations.ts';
import type { ContainerReply } from './container.ts';
import { isObject, parseOrUndefined } from './json.ts';

/** How an activation ended, judged by the runtime's answer or its absence. */
export interface Outcome {
  status: ActivationStatus;
  result: unknown;
  logs: string[];
  /** Whether the container must not be reused. */
  spoilt: boolean;
  timeout: boolean;
}

export interface OutcomeOptions {
  phase: 'init' | 'run';
  /** Milliseconds. */
  timeout: number;
  /** Bytes of a result's JSON text. */
  resultLimit: number;
}

export function toOutcome(reply: ContainerReply, options: OutcomeOptions): Outcome {
  const { logs } = reply;
  if (reply.kind === 'reply') return { ...judge(reply, options.resultLimit), logs, timeout: false };
  const error = reasonFor(reply.kind, options);
  const timeout = reply.kind === 'timeout';
  return { status: 'action developer error', result: { error }, logs, spoilt: true, timeout };
}

function reasonFor(end: 'timeout' | 'memory' | 'exit', { phase, timeout }: OutcomeOptions): string {
  const isInit = phase === 'init';
  if (end === 'memory') return 'The action exhausted its memory and was aborted.';
  if (end === 'timeout')
    return `The action exceeded its time limits of ${timeout} milliseconds${isInit ? ' during initialization' : ''}.`;
  return isInit
    ? 'The action did not initialize and exited unexpectedly.'
    : 'The action did not produce a valid response and exited unexpectedly.';
}

function judge(
  reply: { status: number; body: string },
  limit: number,
): Pick<Outcome, 'status' | 'result' | 'spoilt'> {
  const spoilt = reply.status !== 200;
  const size = Buffer.byteLength(reply.body);
  if (size > limit) {
    const error = `The action produced a response that exceeded the allowed length: ${size} > ${limit} bytes.`;
    return { status: 'application error', result: { error }, spoilt };
  }
  const value = parseOrUndefined(reply.body);
  if (typeof value !== 'object' || value === null) {
    const error = `The action did not produce a valid JSON response: ${reply.body}`;
    return { status: 'action developer error', result: { error }, spoilt: true };
  }
  if (spoilt) return { status: 'action developer error', result: value, spoilt };
  const failed = isObject(value) && 'error' in value;
  return { status: failed ? 'application error' : 'success', result: value, spoilt };
}
