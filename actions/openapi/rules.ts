import { ExclusionRemoved, RuleDeleted, RuleList, RulePreview, RuleSaved } from '../../lib/answers/rules.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { PreviewRequest, RuleRequest } from '../rules.ts';
import { githubFailures } from './failures.ts';
import type { Operation } from './operation.ts';

const saving: FailureCode[] = ['rule_exists', 'rule_too_wide', 'owner_not_found'];

export const ruleOperations: Operation[] = [
  {
    action: 'rules',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List the rules that track repositories',
    needs: 'seeAllTraffic',
    responses: { 200: RuleList },
    failures: [],
  },
  {
    action: 'rules',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Create a rule, and track what it matches',
    needs: 'changeRepositories',
    body: RuleRequest,
    responses: { 201: RuleSaved },
    failures: ['too_many_rules', ...saving, ...githubFailures],
  },
  {
    action: 'rules',
    method: 'post',
    path: '/{tenantId}/preview',
    summary: 'Show what a rule would track now',
    needs: 'changeRepositories',
    body: PreviewRequest,
    responses: { 200: RulePreview },
    failures: githubFailures,
  },
  {
    action: 'rules',
    method: 'delete',
    path: '/{tenantId}/exclusions/{githubId}',
    summary: 'Let rules track a repository again that somebody removed',
    needs: 'changeRepositories',
    responses: { 200: ExclusionRemoved },
    failures: ['rule_not_found'],
  },
  {
    action: 'rules',
    method: 'put',
    path: '/{tenantId}/{ruleId}',
    summary: 'Change a rule, and track what it matches now',
    needs: 'changeRepositories',
    body: RuleRequest,
    responses: { 200: RuleSaved },
    failures: ['rule_not_found', ...saving, ...githubFailures],
  },
  {
    action: 'rules',
    method: 'delete',
    path: '/{tenantId}/{ruleId}',
    summary: 'Delete a rule; what it added stays',
    needs: 'changeRepositories',
    responses: { 200: RuleDeleted },
    failures: ['rule_not_found'],
  },
];
