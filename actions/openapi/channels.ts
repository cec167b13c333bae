import { Channel, ChannelDeleted, ChannelList, ReportPreview } from '../../lib/answers/channels.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { ChannelRequest, ChannelTest, ChannelUpdate, ReportQuery } from '../channels.ts';
import type { Operation } from './operation.ts';

const address: FailureCode[] = ['private_address', 'server_unreachable'];
export const mailing: FailureCode[] = [
  'mail_not_configured',
  'mail_stopped',
  'mail_unreachable',
  'mail_timeout',
  'mail_not_encrypted',
  'mail_certificate',
  'mail_login_refused',
  'mail_recipient_refused',
  'mail_refused',
  'mail_try_later',
];
export const sending: FailureCode[] = [
  ...mailing,
  'mail_unconfirmed',
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
    summary: 'List where a tenant’s alerts and weekly reports are sent',
    needs: 'changeChannels',
    responses: { 200: ChannelList },
    failures: [],
  },
  {
    action: 'channels',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Add a channel',
    needs: 'changeChannels',
    body: ChannelRequest,
    responses: { 201: Channel },
    failures: ['too_many_channels', 'group_not_found', 'mail_not_configured', ...address],
  },
  {
    action: 'channels',
    method: 'patch',
    path: '/{tenantId}/{channelId}',
    summary: 'Change a channel',
    needs: 'changeChannels',
    body: ChannelUpdate,
    responses: { 200: Channel },
    failures: ['channel_not_found', 'group_not_found', 'mail_not_configured', ...address],
  },
  {
    action: 'channels',
    method: 'delete',
    path: '/{tenantId}/{channelId}',
    summary: 'Delete a channel',
    needs: 'changeChannels',
    responses: { 200: ChannelDeleted },
    failures: ['channel_not_found'],
  },
  {
    action: 'channels',
    method: 'get',
    path: '/{tenantId}/report',
    summary: 'Preview the latest weekly report',
    needs: 'changeChannels',
    query: ReportQuery,
    responses: { 200: ReportPreview },
    failures: ['group_not_found'],
  },
  {
    action: 'channels',
    method: 'post',
    path: '/{tenantId}/{channelId}/test',
    summary: 'Send a test message or the latest weekly report to a channel',
    needs: 'changeChannels',
    note: 'An e-mail channel gets the report as a mail without its chart; `POST /report-now/TENANT` sends the mail with it.',
    body: ChannelTest,
    responses: { 200: Channel },
    failures: ['channel_not_found', 'group_not_found', ...sending],
  },
  {
    action: 'channels',
    method: 'post',
    path: '/{tenantId}/{channelId}/confirmation',
    summary: 'Ask the receiver of an e-mail channel once more',
    needs: 'changeChannels',
    responses: { 200: Channel },
    failures: ['channel_not_found', 'too_many_mails', ...mailing],
  },
];
