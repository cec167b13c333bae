import * as z from 'zod';

/** The hours of each day in which nothing is sent: 'HH:MM' by the clocks of an IANA time zone. From 22:00 to 07:00 goes over midnight. */
export const QuietHours = z.object({ from: z.string(), to: z.string(), zone: z.string() });
export type QuietHours = z.infer<typeof QuietHours>;
