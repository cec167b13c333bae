import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import {
  FAILURES,
  Failure,
  type FailureCode,
  isRefusal,
  isTokenFault,
  meetsEveryRequest,
  PASSING_CODES,
  passesByItself,
} from '../../lib/failure.ts';

const codes = Object.keys(FAILURES) as FailureCode[];
const root = path.join(import.meta.dirname, '../..');

test('a failure has the status and the sentence of its code, and facts of its own', () => {
  const failure = new Failure('missing_scope', undefined, { needed: 'repo' });
  expect(failure).toMatchObject({ status: 422, code: 'missing_scope', details: { needed: 'repo' } });
  expect(failure.message).toMatch(/lacks the scope repo/);
  expect(new Failure('name_taken', 'Taken by Ada.')).toMatchObject({ status: 409, message: 'Taken by Ada.' });
});

test('a sentence ends, and begins with a capital letter or a name', () => {
  const messages = Object.values(FAILURES).flatMap((kind) => ('message' in kind ? [kind.message] : []));
  expect(messages.length).toBeGreaterThan(30);
  for (const message of messages) expect(message).toMatch(/^[A-Z].*\.$/);
});

test('every code is thrown somewhere', () => {
  const files = readdirSync(path.join(root, 'lib'), { recursive: true, encoding: 'utf8' });
  const text = files
    .filter((name) => name.endsWith('.ts') && name !== 'failure.ts')
    .map((name) => readFileSync(path.join(root, 'lib', name), 'utf8'))
    .join('\n');
  const thrown = (code: string) =>
    text.includes(`'${code}'`) || text.includes(`'${code.replace('_not_found', '')}'`);
  expect(codes.filter((code) => !thrown(code))).toEqual([]);
});

test('watchdog and sweep share one list of failures that pass by themselves', () => {
  expect(PASSING_CODES).toEqual(codes.filter(passesByItself));
  // These pass without anybody doing anything.
  // A truncated answer or a proxy's page comes and goes with an outage.
  expect(passesByItself('unreadable_answer')).toBe(true);
  // The next activation has time of its own.
  expect(passesByItself('out_of_time')).toBe(true);
  // The platform's limit of activations is for a minute.
  expect(passesByItself('start_failed')).toBe(true);
  // The activation ended early; the next one collects what is left.
  expect(passesByItself('abandoned')).toBe(true);
  // These were in both.
  expect(PASSING_CODES).toEqual(
    expect.arrayContaining(['rate_limited', 'secondary_limit', 'github_down', 'server_unreachable']),
  );
});

test('a passing failure is an outage; any other needs action', () => {
  const passing = codes.filter((code) => FAILURES[code].status >= 502);
  const exceptions = {
    schema_mismatch: false,
    database_full: false,
    database_read_only: false,
    dde_refused: false,
    server_unreachable: true,
    key_rate_limited: true,
  };
  for (const code of codes)
    expect(passesByItself(code), code).toBe(
      exceptions[code as keyof typeof exceptions] ?? passing.includes(code),
    );
});

test('GitHub refuses until somebody changes something, or it passes: never both', () => {
  expect(isRefusal('no_push_access')).toBe(true);
  expect(isRefusal('github_down')).toBe(false);
  // Ours, not GitHub's.
  expect(isRefusal('forbidden')).toBe(false);
  expect(isRefusal('partly_collected')).toBe(false);
  for (const code of codes.filter(isRefusal)) expect(FAILURES[code].status, code).toBe(422);
});

test('a token’s fault needs another token, and never passes', () => {
  const faults = codes.filter(isTokenFault);
  expect(faults.sort()).toEqual(['missing_scope', 'token_expired', 'token_invalid', 'token_unreadable']);
  expect(faults.filter(passesByItself)).toEqual([]);
});

test('a run stops asking if every other request would fail too', () => {
  expect(codes.filter(meetsEveryRequest).sort()).toEqual([
    'app_token_refused',
    'out_of_time',
    'rate_limited',
    'secondary_limit',
    'token_expired',
    'token_invalid',
  ]);
});
