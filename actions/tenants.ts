import * as z from 'zod';

const name = z.string().trim().min(1).max(100);
const token = z.string().trim().min(1).max(400);

export const TenantRequest = z.strictObject({
  name,
  serverId: z.int().positive(),
  githubUser: name,
  githubToken: token,
  /** E-mail address of its first manager. */
  manager: z.email().max(320).optional(),
});
export type TenantRequest = z.infer<typeof TenantRequest>;

export const TenantUpdate = z
  .strictObject({ name, githubUser: name, githubToken: token })
  .partial()
  .refine((update) => Object.keys(update).length > 0, 'Give at least one of name, githubUser, githubToken.');
export type TenantUpdate = z.infer<typeof TenantUpdate>;

export const TenantDeletion = z.strictObject({ confirmName: z.string().max(100) });
export type TenantDeletion = z.infer<typeof TenantDeletion>;
