import { Annotation, AnnotationDeleted, AnnotationList } from '../../lib/answers/annotations.ts';
import type { FailureCode } from '../../lib/failure.ts';
import { AnnotationQuery, AnnotationRequest, AnnotationUpdate } from '../annotations.ts';
import type { Operation } from './operation.ts';

const saving: FailureCode[] = ['range_reversed', 'repository_not_found', 'group_not_found'];

export const annotationOperations: Operation[] = [
  {
    action: 'annotations',
    method: 'get',
    path: '/{tenantId}',
    summary: 'List a tenant’s annotations',
    needs: 'seeTraffic',
    note: 'A repository viewer sees those for all repositories and those of its own.',
    query: AnnotationQuery,
    responses: { 200: AnnotationList },
    failures: [],
  },
  {
    action: 'annotations',
    method: 'post',
    path: '/{tenantId}',
    summary: 'Annotate a day or a span of days',
    needs: 'changeAnnotations',
    body: AnnotationRequest,
    responses: { 201: Annotation },
    failures: ['too_many_annotations', ...saving],
  },
  {
    action: 'annotations',
    method: 'patch',
    path: '/{tenantId}/{annotationId}',
    summary: 'Change an annotation',
    needs: 'changeAnnotations',
    body: AnnotationUpdate,
    responses: { 200: Annotation },
    failures: ['annotation_not_found', ...saving],
  },
  {
    action: 'annotations',
    method: 'delete',
    path: '/{tenantId}/{annotationId}',
    summary: 'Delete an annotation',
    needs: 'changeAnnotations',
    responses: { 200: AnnotationDeleted },
    failures: ['annotation_not_found'],
  },
];
