import { Share, SharedPage, ShareList, SharePictures, ShareRevoked } from '../../lib/answers/shares.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { SharePreviewRequest, ShareRequest, ShareUpdate } from '../shares.ts';
import type { Operation } from './operation.ts';

const subjects: FailureCode[] = ['repository_not_found', 'group_not_found', 'dashboard_not_found'];
const ranges: FailureCode[] = ['range_reversed', 'range_too_long', 'too_many_points'];
const storage: FailureCode[] = ['files_refused', 'files_unavailable'];

export const shareOperations: Operation[] = [
  {
    action: 'shares',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List what is shared without an account',
    needs: 'changeShares',
    peopleOnly: true,
    note: 'An address lets anybody see what is shared, so only those see addresses who may make them.',
    responses: { 200: ShareList },
    failures: ['files_not_configured'],
  },
  {
    action: 'shares',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Share all repositories, a group, one, or a dashboard',
    needs: 'changeShares',
    peopleOnly: true,
    note: 'If the storage fails, the share is saved, says so, and is written later.',
    body: ShareRequest,
    responses: { 201: Share },
    failures: ['files_not_configured', 'share_name_taken', 'too_many_shares', 'range_reversed', ...subjects],
  },
  {
    action: 'shares',
    method: 'post',
    path: '/{tenantId}/preview',
    summary: 'Show what visitors would see',
    needs: 'changeShares',
    peopleOnly: true,
    body: SharePreviewRequest,
    responses: { 200: SharedPage },
    failures: ['files_not_configured', ...ranges, ...subjects],
  },
  {
    action: 'shares',
    method: 'post',
    path: '/{tenantId}/pictures',
    summary: 'Draw the badges and charts that a share would have',
    needs: 'changeShares',
    peopleOnly: true,
    body: SharePreviewRequest,
    responses: { 200: SharePictures },
    failures: ['files_not_configured', ...ranges, ...subjects],
  },
  {
    action: 'shares',
    method: 'patch',
    path: '/{tenantId}/{shareId}',
    summary: 'Change what a share shows',
    needs: 'changeShares',
    peopleOnly: true,
    body: ShareUpdate,
    responses: { 200: Share },
    failures: ['files_not_configured', 'share_not_found', 'range_reversed'],
  },
  {
    action: 'shares',
    method: 'delete',
    path: '/{tenantId}/{shareId}',
    summary: 'Revoke a share: its files are removed before this answers',
    needs: 'changeShares',
    peopleOnly: true,
    note: 'If the storage fails, the share stays in the list as `removing`, and its files are removed within the hour.',
    responses: { 200: ShareRevoked },
    failures: ['files_not_configured', 'share_not_found', ...storage],
  },
  {
    action: 'shares',
    method: 'post',
    path: '/{tenantId}/{shareId}/publish',
    summary: 'Write the files of a share again',
    needs: 'changeShares',
    peopleOnly: true,
    responses: { 200: Share },
    failures: ['files_not_configured', 'share_not_found', ...storage, ...ranges],
  },
];
