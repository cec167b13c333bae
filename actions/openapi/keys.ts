import { ApiKey, KeyList, OwnKey } from '../../lib/answers/keys.ts';
import { KeyRequest } from '../keys.ts';
import type { Operation } from './operation.ts';

export const keyOperations: Operation[] = [
  {
    action: 'keys',
    method: 'get',
    path: '/current',
    summary: 'Say what the API key of this request is for',
    needs: 'a key',
    responses: { 200: OwnKey },
    failures: [],
  },
  {
    action: 'keys',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List the API keys of a tenant',
    needs: 'changeKeys',
    peopleOnly: true,
    responses: { 200: KeyList },
    failures: [],
  },
  {
    action: 'keys',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Make an API key',
    note: 'You make the secret and send its hash, so that no answer holds it.',
    needs: 'changeKeys',
    peopleOnly: true,
    body: KeyRequest,
    responses: { 200: ApiKey, 201: ApiKey },
    failures: ['too_many_keys', 'key_exists', 'group_not_found', 'repository_not_found'],
  },
  {
    action: 'keys',
    method: 'delete',
    path: '/{tenantId}/{keyId}',
    summary: 'Revoke an API key',
    needs: 'changeKeys',
    peopleOnly: true,
    responses: { 200: ApiKey },
    failures: ['key_not_found'],
  },
];
