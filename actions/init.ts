import * as z from 'zod';

/** Which GitHub server the first tenant uses; `enterprise` names a GitHub Enterprise Server by the address of its pages. */
const ServerChoice = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('github') }),
  z.strictObject({ kind: z.literal('enterprise'), url: z.url().max(300) }),
  z.strictObject({ kind: z.literal('demo') }),
]);

export const InitRequest = z.strictObject({
  secret: z.string().min(1).max(200),
  displayName: z.string().trim().min(1).max(200),
  tenantName: z.string().trim().min(1).max(100).optional(),
  server: ServerChoice,
  githubUser: z.string().trim().min(1).max(100),
  githubToken: z.string().trim().min(1).max(400),
});
export type InitRequest = z.infer<typeof InitRequest>;
