import type { ChannelServices } from '../channels/address.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { toStoredFailure } from '../storable.ts';

/** The services that delivery needs. */
export interface DeliveryServices extends ChannelServices {
  pagesUrl: string | null;
  /** False when it is too late to start another delivery. */
  isTime: () => boolean;
}

/** The result of one attempt: the message was sent, or why not and when to try again. */
export interface Tried {
  dueAt: Instant | null;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
}

/** A claimed message: no other activation sends it. */
interface Claimed {
  /** The number of attempts, including this one. */
  attempts: number;
  /** Throws a `Failure` if the message was not taken. */
  send: () => Promise<void>;
  note: (tried: Tried) => Promise<unknown>;
}

const MINUTE_MS = 60_000;
/** Longer than sending a message takes. A claim that is older was abandoned. */
const CLAIM_MS = 5 * MINUTE_MS;
const FIRST_PAUSE_MS = 45 * MINUTE_MS;
const MAX_PAUSE_MS = 24 * 60 * MINUTE_MS;

/**
 * Sends a message that an earlier transaction claimed, and stores the result. It is sent twice only if the activation ends
 * between the two. Rethrows whatever is not a `Failure`.
 */
export async function attempt(
  { clock }: Pick<DeliveryServices, 'clock'>,
  { attempts, send, note }: Claimed,
): Promise<'sent' | 'failed'> {
  try {
    await send();
    await note({ dueAt: null, sentAt: clock().toISOString(), failureCode: null, failureMessage: null });
    return 'sent';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code: failureCode, message: failureMessage } = toStoredFailure(error);
    await note({ dueAt: toNextTry(error, attempts, clock()), sentAt: null, failureCode, failureMessage });
    return 'failed';
  }
}

/** When a claim made now expires. */
export function claimedUntil(now: Date): Instant {
  return after(now, CLAIM_MS);
}

/**
 * When to retry after this many attempts: when the channel says, or after 45 minutes, doubled with each attempt, at most a
 * day.
 */
function toNextTry({ details }: Failure, attempts: number, now: Date): Instant {
  const asked = Number(details?.retryAfter ?? 0) * 1000;
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10);
  return after(now, Math.min(asked > 0 ? asked : pause, MAX_PAUSE_MS));
}

function after(now: Date, milliseconds: number): Instant {
  return new Date(now.getTime() + milliseconds).toISOString();
}
