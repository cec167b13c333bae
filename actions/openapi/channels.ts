import * as z from 'zod';
import { ChannelRequest, ChannelUpdate } from '../channels.ts';
import { Instant } from './figures.ts';
import type { Operation } from './operation.ts';

export const Channel = z.object({
  channelId: z.int(),
  kind: z.enum(['webhook', 'slack', 'teams']),
  name: z.string(),
  contents: z.enum(['problems', 'reports', 'both']),
  /** Host and last characters of the address, which is a secret. */
  addressHint: z.string(),
  createdAt: Instant,
  createdBy: z.string(),
  /** When something was taken last. */
  sentAt: Instant.nullable(),
  /** Why what was sent last was not taken. */
  failure: z.object({ code: z.string(), message: z.string(), at: Instant }).nullable(),
});
export type Channel = z.infer<typeof Channel>;

/** `demoUrl`: below it is a stand-in for webhooks, on the local host only. */
export const ChannelList = z.object({ channels: z.array(Channel), demoUrl: z.string().nullable() });
export type ChannelList = z.infer<typeof ChannelList>;

export const ChannelDeleted = z.object({ channelId: z.int() });
export type ChannelDeleted = z.infer<typeof ChannelDeleted>;

const roles = 'administrator, manager';
const address = ['private_address', 'server_unreachable'];
const sending = [
  ...['private_address', 'channel_unreadable', 'channel_gone', 'channel_refused', 'channel_rate_limited'],
  ...['channel_down', 'channel_unreachable'],
];

export const channelOperations: Operation[] = [
  {
    action: 'channels',
    method: 'get',
    path: '/{tenantId}',
    summary: 'Where a tenant’s problems and weekly reports are sent',
    roles,
    responses: { 200: ChannelList },
    failures: ['tenant_not_found'],
  },
  {
    action: 'channels',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Add a channel',
    roles,
    body: ChannelRequest,
    responses: { 201: Channel },
    failures: ['tenant_not_found', 'too_many_channels', ...address],
  },
  {
    action: 'channels',
    method: 'patch',
    path: '/{tenantId}/{channelId}',
    summary: 'Change a channel',
    roles,
    body: ChannelUpdate,
    responses: { 200: Channel },
    failures: ['tenant_not_found', 'channel_not_found', ...address],
  },
  {
    action: 'channels',
    method: 'delete',
    path: '/{tenantId}/{channelId}',
    summary: 'Delete a channel',
    roles,
    responses: { 200: ChannelDeleted },
    failures: ['tenant_not_found', 'channel_not_found'],
  },
  {
    action: 'channels',
    method: 'post',
    path: '/{tenantId}/{channelId}/test',
    summary: 'Send a test to a channel',
    roles,
    responses: { 200: Channel },
    failures: ['tenant_not_found', 'channel_not_found', ...sending],
  },
];
