import { Me } from '../../lib/answers/me.ts';
import type { Operation } from './operation.ts';

export const meOperations: Operation[] = [
  {
    action: 'me',
    method: 'get',
    path: '/',
    summary: 'Who is signed in, with which roles in which tenants',
    needs: 'signed in',
    responses: { 200: Me },
    failures: ['not_initialized'],
  },
];
