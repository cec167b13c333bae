import type { ChannelServices } from '../channels.ts';
import { Failure } from '../failure.ts';
import type { Instant } from '../instant.ts';
import { toStoredFailure } from '../storable.ts';
import type { Message } from './message.ts';
import { type ChannelKey, sendMessage } from './sending.ts';

/** What messages that are due are delivered with. */
export interface DeliveryServices extends ChannelServices {
  pagesUrl: string | null;
  /** False when nothing more may be begun. */
  isTime: () => boolean;
}

/** What is noted of a message that was tried: either it was sent, or why not, and when it is due again. */
export interface Tried {
  dueAt: Instant | null;
  sentAt: Instant | null;
  failureCode: string | null;
  failureMessage: string | null;
}

/** A message that is held for its channel, so that nobody else sends it. */
interface Claimed {
  /** How often it was tried, this time included. */
  attempts: number;
  toMessage: () => Message | Promise<Message>;
  note: (tried: Tried) => Promise<unknown>;
}

const MINUTE_MS = 60_000;
/** Longer than sending one message takes: after that, whoever claimed it is gone. */
const CLAIM_MS = 5 * MINUTE_MS;
const FIRST_PAUSE_MS = 45 * MINUTE_MS;
const MAX_PAUSE_MS = 24 * 60 * MINUTE_MS;

/**
 * Sends what was claimed, in a transaction that ended before, and notes what came of it. Only when the activation ends
 * between the channel's answer and the note is it sent a second time. Throws what is no `Failure`.
 */
export async function deliver(
  services: DeliveryServices,
  key: ChannelKey,
  { attempts, toMessage, note }: Claimed,
): Promise<'sent' | 'failed'> {
  const { clock } = services;
  try {
    await sendMessage(services, key, await toMessage());
    await note({ dueAt: null, sentAt: clock().toISOString(), failureCode: null, failureMessage: null });
    return 'sent';
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { code: failureCode, message: failureMessage } = toStoredFailure(error);
    await note({ dueAt: toNextTry(error, attempts, clock()), sentAt: null, failureCode, failureMessage });
    return 'failed';
  }
}

/** Until when what is claimed now is left alone by others. */
export function claimedUntil(now: Date): Instant {
  return after(now, CLAIM_MS);
}

/**
 * When to send again what failed after so many attempts: as the channel asks, else after three quarters of an hour, and
 * twice as long each time, at most a day.
 */
function toNextTry({ details }: Failure, attempts: number, now: Date): Instant {
  const asked = Number(details?.retryAfter ?? 0) * 1000;
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10);
  return after(now, Math.min(asked > 0 ? asked : pause, MAX_PAUSE_MS));
}

function after(now: Date, milliseconds: number): Instant {
  return new Date(now.getTime() + milliseconds).toISOString();
}
