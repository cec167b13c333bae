import * as z from 'zod';
import { InitRequest } from '../init.ts';
import { githubOutages } from './failures.ts';
import { Instant } from './figures.ts';
import type { Operation } from './operation.ts';

/** What a first visitor may know before signing in. */
export const InitState = z.object({
  initialized: z.boolean(),
  displayName: z.string().nullable(),
  /** True where the GitHub simulator is offered as "Demo". */
  demoAvailable: z.boolean(),
  schema: z.object({ stored: z.int().nullable(), expected: z.int() }),
});
export type InitState = z.infer<typeof InitState>;

export const InitAnswer = z.object({
  tenantId: z.int(),
  serverId: z.int(),
  email: z.string(),
  displayName: z.string(),
  tokenExpiresAt: Instant.nullable(),
});
export type InitAnswer = z.infer<typeof InitAnswer>;

export const initOperations: Operation[] = [
  {
    action: 'init',
    method: 'get',
    path: '/',
    summary: 'Whether the installation is initialised',
    roles: 'anybody',
    responses: { 200: InitState },
    failures: [],
  },
  {
    action: 'init',
    method: 'post',
    path: '/',
    summary: 'Create the schema, the administrator and the first tenant, once',
    roles: 'whoever is signed in and knows the installation’s secret',
    body: InitRequest,
    responses: { 201: InitAnswer },
    failures: [
      'already_initialized',
      'init_secret_wrong',
      'github_token_refused',
      ...githubOutages,
      'demo_unavailable',
    ],
  },
];
