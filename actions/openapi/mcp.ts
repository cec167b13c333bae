import { McpAnswer } from '../../lib/answers/mcp.ts';
import { McpRequest } from '../mcp.ts';
import type { Operation } from './operation.ts';

export const mcpOperations: Operation[] = [
  {
    action: 'mcp',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Answer an assistant that speaks the Model Context Protocol',
    needs: 'seeTraffic',
    note: 'Stateless streamable HTTP: accept application/json and text/event-stream; JSON is answered, and 202 without a body to what needs no answer.',
    body: McpRequest,
    responses: { 200: McpAnswer, 406: McpAnswer },
    failures: ['origin_refused'],
  },
];
