import { Channel, ChannelDeleted, ChannelList, ReportPreview } from '../../lib/answers/channels.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { ChannelRequest, ChannelTest, ChannelUpdate } from '../channels.ts';
import type { Operation } from './operation.ts';

const roles = 'administrator, manager';
const address: FailureCode[] = ['private_address', 'server_unreachable'];
const sending: FailureCode[] = [
  'private_address',
  'channel_unreadable',
  'channel_gone',
  'channel_refused',
  'channel_rate_limited',
  'channel_down',
  'channel_unreachable',
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
    method: 'get',
    path: '/{tenantId}/report',
    summary: 'The newest weekly report as it would be sent now',
    roles,
    responses: { 200: ReportPreview },
    failures: ['tenant_not_found'],
  },
  {
    action: 'channels',
    method: 'post',
    path: '/{tenantId}/{channelId}/test',
    summary: 'Send a test to a channel, or the newest weekly report as one',
    roles,
    body: ChannelTest,
    responses: { 200: Channel },
    failures: ['tenant_not_found', 'channel_not_found', ...sending],
  },
];
