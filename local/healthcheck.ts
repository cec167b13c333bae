import { request as requestPlain } from 'node:http';
import { request as requestSecure } from 'node:https';
import { readSettings } from './settings.ts';

const TIMEOUT_MS = 4_000;

/** For containers: ends with 0 if the installation that has this environment is alive, and with 1 otherwise. */
function checkHealth(): void {
  const { host, port, real } = readSettings([], process.env);
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host;
  const options = { host: address, port, path: '/healthz', timeout: TIMEOUT_MS };
  // The certificate is for the public name. Whether it is good, browsers see.
  const asked = real?.tls ? requestSecure({ ...options, rejectUnauthorized: false }) : requestPlain(options);
  asked
    .once('response', ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1))
    .once('timeout', () => process.exit(1))
    .once('error', (error) => {
      console.error(error.message);
      process.exit(1);
    })
    .end();
}

checkHealth();
