import * as z from 'zod';
import { createApp, serve } from '../lib/app.ts';
import { requireAccess } from '../lib/caller.ts';
import { answerMessage, requireOwnOrigin } from '../lib/mcp/http.ts';
import { openMcpServer } from '../lib/mcp.ts';
import { parseBody } from '../lib/request.ts';

export const McpMessage = z.looseObject({ jsonrpc: z.literal('2.0') });
/** Messages that come together, as versions of the protocol before 2025-06-18 allow. */
const MAX_MESSAGES = 10;
export const McpRequest = z.union([McpMessage, z.array(McpMessage).min(1).max(MAX_MESSAGES)]);

const app = createApp();

/** GET and DELETE are for streams and sessions, which there are none of: they get 405, as the protocol has it. */
app.post('/:tenantId', async (c) => {
  const { db, access, now } = await requireAccess(c, 'seeTraffic');
  requireOwnOrigin(c.req.raw, c.env.config);
  const body = await parseBody(c.req.raw, McpRequest);
  let unexpected: unknown;
  const server = openMcpServer({ db, access, now }, (error) => {
    unexpected = error;
  });
  const answer = await answerMessage(c.req.raw, body, async (transport) => {
    await server.connect(transport);
    return server;
  });
  if (unexpected !== undefined) throw unexpected;
  return answer;
});

export const main = serve(app);
