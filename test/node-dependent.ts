/**
 * Tests, besides the unit tests, of everything that can differ between versions of Node: processes, modules, sockets, name
 * resolution, HTTP, cryptography and streams. The rest is plain JavaScript, so one version is enough.
 */
export const NODE_TESTS = [
  // Actions in child processes of the local OpenWhisk host, and bundles at their first call.
  'test/openwhisk-*.test.ts',
  'test/cold-start.test.ts',
  // `npm start`, and the PostgreSQL that it starts.
  'test/start.test.ts',
  'test/ci/start-and-stop.test.ts',
  'test/ci/postgres.test.ts',
  // Keys, signatures and sealed tokens.
  'test/accounts.test.ts',
  'test/auth.test.ts',
  'test/app-id.test.ts',
  'test/data-token.test.ts',
  'test/github-apps.test.ts',
  // Broken connections, host names that change their address, compressed and truncated answers.
  'test/outage.test.ts',
  'test/rebinding.test.ts',
  'test/channels.test.ts',
  'test/providers.test.ts',
  'test/dde.test.ts',
  // Once through everything: set up, collect, read.
  'test/init.test.ts',
  'test/stats.test.ts',
];
