import * as z from 'zod';

const Answered = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]),
  result: z.looseObject({}).optional(),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
});

/** A message of the Model Context Protocol (JSON-RPC 2.0): the result or the error of a request. */
export const McpAnswer = z.union([Answered, z.array(Answered)]);
