import { FeedQuery } from '../feeds.ts';
import type { Operation } from './operation.ts';

export const feedOperations: Operation[] = [
  {
    action: 'feeds',
    method: 'get',
    path: '/{tenantId}',
    summary: 'Get the newest 100 events of the last year as an Atom feed',
    needs: 'seeTraffic',
    note: 'A key with the scope feed may be in the query. With If-None-Match, a feed that has not changed is answered 304.',
    addressKeys: 'feed',
    query: FeedQuery,
    responses: {},
    text: ['application/atom+xml'],
    failures: ['group_not_found'],
  },
];
