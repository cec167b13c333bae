import { Subscription, SubscriptionDeleted, SubscriptionList } from '../../lib/answers/subscriptions.ts';
import { SubscriptionRequest, SubscriptionUpdate } from '../subscriptions.ts';
import { mailing } from './channels.ts';
import type { Operation } from './operation.ts';

export const subscriptionOperations: Operation[] = [
  {
    action: 'subscriptions',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List your own subscriptions in a tenant',
    needs: 'seeTraffic',
    peopleOnly: true,
    responses: { 200: SubscriptionList },
    failures: [],
  },
  {
    action: 'subscriptions',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Subscribe to reports and alerts by mail',
    needs: 'seeTraffic',
    peopleOnly: true,
    body: SubscriptionRequest,
    responses: { 201: Subscription },
    failures: ['too_many_subscriptions', 'group_not_found', 'too_many_mails', ...mailing],
  },
  {
    action: 'subscriptions',
    method: 'patch',
    path: '/{tenantId}/{subscriptionId}',
    summary: 'Change a subscription of your own, or resume it',
    needs: 'seeTraffic',
    peopleOnly: true,
    body: SubscriptionUpdate,
    responses: { 200: Subscription },
    failures: ['subscription_not_found', 'group_not_found', 'too_many_mails', ...mailing],
  },
  {
    action: 'subscriptions',
    method: 'delete',
    path: '/{tenantId}/{subscriptionId}',
    summary: 'Delete a subscription of your own',
    needs: 'seeTraffic',
    peopleOnly: true,
    responses: { 200: SubscriptionDeleted },
    failures: ['subscription_not_found'],
  },
  {
    action: 'subscriptions',
    method: 'post',
    path: '/{tenantId}/{subscriptionId}/confirmation',
    summary: 'Ask the other address of a subscription once more',
    needs: 'seeTraffic',
    peopleOnly: true,
    responses: { 200: Subscription },
    failures: ['subscription_not_found', 'too_many_mails', ...mailing],
  },
];
