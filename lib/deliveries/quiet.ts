/** The hours of each day in which nothing is sent. From 22:00 to 07:00 goes over midnight. */
export interface QuietHours {
  /** 'HH:MM'. */
  from: string;
  to: string;
  /** The IANA name of the time zone in which these are meant. */
  zone: string;
}

/** The same as columns; all null without quiet hours. */
export interface QuietColumns {
  quietFrom: string | null;
  quietTo: string | null;
  quietZone: string | null;
}

/** The quiet hours in the columns of a receiver. */
export function toQuietHours({ quietFrom, quietTo, quietZone }: QuietColumns): QuietHours | null {
  if (quietFrom === null || quietTo === null || quietZone === null) return null;
  return { from: quietFrom, to: quietTo, zone: quietZone };
}

/** The columns for quiet hours. */
export function toQuietColumns(quiet: QuietHours | null): QuietColumns {
  return { quietFrom: quiet?.from ?? null, quietTo: quiet?.to ?? null, quietZone: quiet?.zone ?? null };
}

/** True for the name of a time zone that this machine knows. */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const MINUTES_IN_DAY = 1440;

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/** How many minutes the quiet hours last: 0 if both ends are the same. */
export function lengthOfQuiet({ from, to }: Pick<QuietHours, 'from' | 'to'>): number {
  return (toMinutes(to) - toMinutes(from) + MINUTES_IN_DAY) % MINUTES_IN_DAY;
}

/** True from the first minute of the quiet hours until their end, by the clocks of their zone. */
export function isQuiet(quiet: QuietHours | null, now: Date): boolean {
  if (quiet === null) return false;
  const shown = now.toLocaleTimeString('en-GB', { timeZone: quiet.zone, hour: '2-digit', minute: '2-digit' });
  const since = (toMinutes(shown) - toMinutes(quiet.from) + MINUTES_IN_DAY) % MINUTES_IN_DAY;
  return since < lengthOfQuiet(quiet);
}
