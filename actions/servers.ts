import * as z from 'zod';

export const ServerRequest = z.strictObject({
  name: z.string().trim().min(1).max(100),
  /** Address of the server's pages; https://HOST. Its API is found from it. */
  url: z.url().max(300),
});
export type ServerRequest = z.infer<typeof ServerRequest>;

export const ServerUpdate = z.strictObject({ name: z.string().trim().min(1).max(100) });
export type ServerUpdate = z.infer<typeof ServerUpdate>;
