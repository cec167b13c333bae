import { Me } from '../../lib/answers/me.ts';
import type { Operation } from './operation.ts';

export const meOperations: Operation[] = [
  {
    action: 'me',
    method: 'get',
    path: '/',
    summary: 'Get who is signed in, with their roles and rights',
    needs: 'signed in',
    responses: { 200: Me },
    failures: ['not_initialized'],
  },
];
