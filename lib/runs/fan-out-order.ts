import * as z from 'zod';
import type { Instant } from '../instant.ts';
import { LARGEST_ID, parseValue } from '../request.ts';
import type { Which } from './due-tenants.ts';
import type { RunKey } from './end.ts';

/** A run that was written down. */
export interface OpenedRun extends RunKey {
  repositoryCount: number;
}

/** Which tenants, for whom, and how far the activation before this one has come. */
export interface FanOutOrder {
  which: Which;
  /** E-mail address; null for an alarm. */
  startedBy: string | null;
  /** When the first activation began. */
  since: Instant;
  /** The last tenant that had its turn; 0: none. */
  after: number;
  /** When activations of the last minute were started, in epoch milliseconds. */
  begun: readonly number[];
  /** A run that was opened, and that the platform did not take yet. */
  pending: OpenedRun | null;
}

const id = z.int().positive().max(LARGEST_ID);

const HandedOver = z.object({
  startedBy: z.string().nullable().default(null),
  since: z.iso.datetime().optional(),
  after: z.int().min(0).default(0),
  begun: z.array(z.int()).default([]),
  pending: z
    .object({ tenantId: id, runId: id, repositoryCount: z.int().min(0) })
    .nullable()
    .default(null),
});

/** The order of a first activation. */
export function toOrder(which: Which, startedBy: string | null, now: Date): FanOutOrder {
  return { which, startedBy, since: now.toISOString(), after: 0, begun: [], pending: null };
}

/** The order that an activation was given by the one before it; an alarm gives none. Throws `invalid_input`. */
export function parseOrder(parameters: unknown, which: Which, now: Date): FanOutOrder {
  const { since, ...given } = parseValue(parameters, HandedOver);
  return { ...given, which, since: since ?? now.toISOString() };
}
