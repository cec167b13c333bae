import { Me, OwnTenantList, SignedOut } from '../../lib/answers/me.ts';
import { MeQuery, OwnTenantQuery } from '../me.ts';
import type { Operation } from './operation.ts';

export const meOperations: Operation[] = [
  {
    action: 'me',
    method: 'get',
    path: '/',
    summary: 'Get who is signed in, with their roles and rights',
    needs: 'signed in',
    query: MeQuery,
    responses: { 200: Me },
    failures: ['not_initialized'],
  },
  {
    action: 'me',
    method: 'get',
    path: '/tenants',
    summary: 'List the tenants that you may see, by name, with your role and rights in each',
    needs: 'signed in',
    query: OwnTenantQuery,
    responses: { 200: OwnTenantList },
    failures: ['not_initialized'],
  },
  {
    action: 'me',
    method: 'delete',
    path: '/session',
    summary: 'Sign out: refuse this access token, and the data tokens that were issued for it, from now on',
    needs: 'signed in',
    note: 'A token that was signed out may call this again.',
    responses: { 200: SignedOut },
    failures: ['not_initialized'],
  },
  {
    action: 'me',
    method: 'delete',
    path: '/sessions',
    summary: 'Sign out everywhere: refuse every access token of this account that was issued until now',
    needs: 'signed in',
    note: 'A token that was signed out may call this again, and changes nothing.',
    responses: { 200: SignedOut },
    failures: ['not_initialized'],
  },
];
