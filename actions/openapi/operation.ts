import type * as z from 'zod';
import type { FailureCode } from '../../lib/failure.ts';

/** One route of one action, described for openapi.json. Paths are relative to the action's URL; `{name}` is a variable. */
export interface Operation {
  action: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  /** Who may call it, in words. */
  roles: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Successful answers by status. */
  responses: Record<number, z.ZodType>;
  /** True where `format=csv` answers text/csv. */
  csv?: boolean;
  /** Codes of the failures that this route has beyond those that every route has. */
  failures: FailureCode[];
}
