import type { KeyValue } from './entities.ts';

export type ActivationStatus =
  | 'success'
  | 'application error'
  | 'action developer error'
  | 'whisk internal error';

/** The record of one run of an action or one firing of a trigger. */
export interface Activation {
  namespace: string;
  name: string;
  version: string;
  subject: string;
  activationId: string;
  /** Epoch milliseconds, as `end`. */
  start: number;
  end: number;
  duration: number;
  statusCode: 0 | 1 | 2 | 3;
  response: { status: ActivationStatus; success: boolean; result: unknown; size: number };
  logs: string[];
  annotations: KeyValue[];
  publish: boolean;
}

export interface ActivationStore {
  add(activation: Activation): void;
  get(activationId: string): Activation | undefined;
  /** Newest first. */
  list(): Activation[];
}

const STATUS_CODES: Record<ActivationStatus, Activation['statusCode']> = {
  success: 0,
  'application error': 1,
  'action developer error': 2,
  'whisk internal error': 3,
};

/** Keeps the newest `limit` records in memory. */
export function openActivationStore(limit: number): ActivationStore {
  const records = new Map<string, Activation>();
  return {
    add(activation) {
      records.set(activation.activationId, activation);
      const [oldest] = records.keys();
      if (records.size > limit && oldest !== undefined) records.delete(oldest);
    },
    get: (activationId) => records.get(activationId),
    list: () => [...records.values()].reverse(),
  };
}

export interface Ended {
  namespace: string;
  name: string;
  version: string;
  activationId: string;
  start: Date;
  end: Date;
  status: ActivationStatus;
  result: unknown;
  logs: string[];
  annotations: KeyValue[];
}

export function toActivation(ended: Ended): Activation {
  const { namespace, name, version, activationId, status, result, logs, annotations } = ended;
  const start = ended.start.getTime();
  const end = ended.end.getTime();
  return {
    namespace,
    name,
    version,
    subject: namespace,
    activationId,
    start,
    end,
    duration: end - start,
    statusCode: STATUS_CODES[status],
    response: {
      status,
      success: status === 'success',
      result,
      size: Buffer.byteLength(JSON.stringify(result) ?? ''),
    },
    logs,
    annotations,
    publish: false,
  };
}
