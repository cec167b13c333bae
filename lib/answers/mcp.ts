import * as z from 'zod';

/** A message of the Model Context Protocol (JSON-RPC 2.0) that answers a request, with its result or an error. */
export const McpReply = z.object({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.string(), z.number(), z.null()]),
  result: z.record(z.string(), z.unknown()).optional(),
  error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }).optional(),
});

export const McpAnswer = z.union([McpReply, z.array(McpReply)]);
