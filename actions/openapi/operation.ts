import type * as z from 'zod';
import type { Right } from '../../lib/access.ts';
import type { FailureCode } from '../../lib/failure.ts';
import type { AddressScope } from '../../lib/keys/scopes.ts';

/** One route of one action, described for openapi.json. Paths are relative to the action's URL; `{name}` is a variable. */
export interface Operation {
  action: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  /** The right that the caller needs. `signed in`: an access token is enough. `a key`: any API key. `nothing`: not even that. */
  needs: Right | 'signed in' | 'a key' | 'nothing';
  /** The scope of the keys that open this route and no other. */
  addressKeys?: AddressScope;
  /** True if no API key may call it, though a key's scope may have the right. */
  peopleOnly?: true;
  /** What else to know about who may call it, as a sentence. */
  note?: string;
  query?: z.ZodType;
  body?: z.ZodType;
  /** Successful answers by status; none for a route that answers `text`. */
  responses: Record<number, z.ZodType>;
  /** The media types of a route whose successful answer is text. */
  text?: readonly string[];
  /** True if `format=csv` answers text/csv. */
  csv?: boolean;
  /** The media types of the files that it answers instead of JSON, if the query asks for one. */
  files?: readonly string[];
  /** Codes of this route's own failures, besides those that `failuresOf` adds. */
  failures: FailureCode[];
}
