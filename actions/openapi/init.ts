import { InitAnswer, InitState } from '../../lib/answers/init.ts';
import { InitBody } from '../init.ts';
import { githubOutages } from './failures.ts';
import type { Operation } from './operation.ts';

export const initOperations: Operation[] = [
  {
    action: 'init',
    method: 'get',
    path: '/',
    summary: 'Get whether the installation is initialized',
    needs: 'nothing',
    responses: { 200: InitState },
    failures: ['key_in_address'],
  },
  {
    action: 'init',
    method: 'post',
    path: '/',
    summary: 'Initialize the installation: create its tables, its administrator and the first tenant',
    needs: 'signed in',
    note: 'The body must hold the installation’s secret.',
    body: InitBody,
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
