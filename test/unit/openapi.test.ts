import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { failuresOf, openApiDocument } from '../../actions/openapi/document.ts';
import { operations } from '../../actions/openapi/operations.ts';
import { RIGHTS } from '../../lib/access.ts';
import { FAILURES } from '../../lib/failure.ts';

const root = path.join(import.meta.dirname, '../..');
const document = JSON.parse(JSON.stringify(openApiDocument()));

/** Every value with this key in a JSON tree. */
function valuesOf(tree: unknown, key: string): unknown[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]) => [
    ...(name === key ? [value] : []),
    ...valuesOf(value, key),
  ]);
}

test('the document is OpenAPI 3.1 with a bearer token for all but the first visit', () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.security).toEqual([{ bearer: [] }]);
  expect(document.components.securitySchemes.bearer).toMatchObject({ type: 'http', scheme: 'bearer' });
  expect(document.paths['/init'].get.security).toEqual([]);
});

test('every reference leads to a component with a readable name', () => {
  const references = new Set(valuesOf(document.paths, '$ref').concat(valuesOf(document.components, '$ref')));
  expect(references.size).toBeGreaterThan(20);
  for (const reference of references) {
    const name = String(reference).replace('#/components/schemas/', '');
    expect(name).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(document.components.schemas).toHaveProperty(name);
  }
});

test('every route that an action serves is described, and no other', () => {
  const served = readdirSync(path.join(root, 'actions'))
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const text = readFileSync(path.join(root, 'actions', file), 'utf8');
      const routes = text.matchAll(/^app\.(get|post|put|patch|delete)\(\s*'([^']+)'/gm);
      return [...routes].map(([, method, route = '']) => {
        const described = route.replace(/:(\w+)/g, '{$1}');
        return `${method} ${file.replace('.ts', '')} ${described}`;
      });
    });
  const described = operations.map(({ method, action, path: route }) => `${method} ${action} ${route}`);
  expect(served.sort()).toEqual(described.sort());
});

test('operations have unique names and say who may call them', () => {
  const ids = valuesOf(document.paths, 'operationId');
  expect(new Set(ids).size).toBe(operations.length);
  for (const methods of Object.values<Record<string, { summary: string; description: string }>>(
    document.paths,
  ))
    for (const { summary, description } of Object.values(methods)) {
      expect(summary.length).toBeGreaterThan(0);
      expect(description).toMatch(
        /^Needs (no|a) sign-in\.|^Needs an API key|^Needs the right \w+\. Roles that have it: /,
      );
    }
});

test('a missing sign-in is described for all routes but the first visitor’s and those of links in mails', () => {
  for (const [route, methods] of Object.entries<Record<string, { responses: object }>>(document.paths))
    for (const [method, { responses }] of Object.entries(methods)) {
      const isPublic = (route === '/init' && method === 'get') || route.startsWith('/mail/');
      expect('401' in responses, `${method} ${route}`).toBe(!isPublic);
      expect(responses).toHaveProperty('503');
    }
});

test('every failure is described for a route that answers it, and no other code is', () => {
  // A run that was given up is stored with `abandoned`, a rule with `nothing_of_owner`; no request is answered with them.
  const stored = ['abandoned', 'nothing_of_owner'];
  const described = new Set([...operations.flatMap(failuresOf), ...stored]);
  expect([...described].sort()).toEqual(Object.keys(FAILURES).sort());
});

test('every right is needed by some route', () => {
  const needed: string[] = operations.map(({ needs }) => needs);
  expect(RIGHTS.filter((right) => !needed.includes(right))).toEqual([]);
});
