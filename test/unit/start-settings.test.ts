import { expect, test } from 'vitest';
import { readSettings } from '../../local/settings.ts';
import { CERTIFICATE } from '../tls.ts';

const PROVIDER = { ISSUER: 'https://id.example.org', CLIENT_ID: 'traffic' };
const read = (environment: Record<string, string>, args: string[] = []) => readSettings(args, environment);

function problemOf(environment: Record<string, string>, args: string[] = []): string {
  try {
    read(environment, args);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

test('without an environment it is to try out, on 127.0.0.1:8080', () => {
  expect(read({})).toMatchObject({
    demo: false,
    dataDir: '.data',
    host: '127.0.0.1',
    port: 8080,
    real: null,
    invocationsPerMinute: 600,
  });
  expect(read({}, ['--demo'])).toMatchObject({ demo: true, dataDir: '.data-demo' });
  for (const HOST of ['localhost', '::1', '127.0.0.2']) expect(read({ HOST }).real).toBeNull();
  expect(read({ ...PROVIDER, GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 's' }).real).toBeNull();
});

test('a public address, an address that others reach, or a sign-in make it a real installation', () => {
  const origins = [
    [{ PUBLIC_URL: 'https://Traffic.Example.org:443/' }, 'https://traffic.example.org'],
    [{ PUBLIC_URL: 'https://traffic.example.org:8443' }, 'https://traffic.example.org:8443'],
    [{ PUBLIC_URL: 'https://tráfico.example' }, 'https://xn--trfico-qta.example'],
    [{ PUBLIC_URL: 'http://localhost:8080' }, 'http://localhost:8080'],
    [{ PUBLIC_URL: 'http://[::1]:8080' }, 'http://[::1]:8080'],
    [{ HOST: '0.0.0.0' }, null],
    [{ HOST: '::' }, null],
    [{ SIGN_IN: 'accounts' }, null],
  ] as const;
  for (const [environment, publicUrl] of origins)
    expect(read(environment).real).toEqual({
      publicUrl,
      signIn: { kind: 'accounts' },
      tls: null,
      trustedProxies: ['127.0.0.0/8', '::1'],
    });
});

test('a mail server has a sender, and its password is never shown', () => {
  const url = { PUBLIC_URL: 'https://traffic.example.org' };
  const mail = { SMTP_URL: 'smtp://user:s3cret@mail.example.org', MAIL_FROM: 'Traffic <t@example.org>' };
  expect(read({ ...url, ...mail }).real?.mail).toEqual({
    smtpUrl: mail.SMTP_URL,
    from: mail.MAIL_FROM,
    ca: null,
  });
  expect(read({ ...url, ...mail, SMTP_CA: CERTIFICATE }).real?.mail?.ca).toBe(CERTIFICATE.trim());
  expect(problemOf({ ...url, ...mail, SMTP_CA: 'no/such/file.pem' })).toMatch(
    /^SMTP_CA is "no\/such\/file.pem": it must be certificates in PEM/,
  );
  expect(problemOf({ ...url, SMTP_URL: mail.SMTP_URL })).toBe(
    'MAIL_FROM is missing: SMTP_URL and MAIL_FROM belong together.',
  );
  expect(problemOf({ ...url, ...mail, SMTP_URL: 'https://user:s3cret@mail.example.org' })).toMatch(
    /^SMTP_URL must be the address of a mail server(?!.*s3cret)/,
  );
  expect(problemOf({ ...url, ...mail, MAIL_FROM: 'Traffic' })).toMatch(/^MAIL_FROM is "Traffic": it must be/);
});

test('the sign-in is the provider if there is one, else GitHub, else accounts, unless SIGN_IN says which', () => {
  const github = { GITHUB_CLIENT_ID: 'id', GITHUB_CLIENT_SECRET: 'secret' };
  const url = { PUBLIC_URL: 'https://traffic.example.org' };
  const signInOf = (environment: Record<string, string>) => read({ ...url, ...environment }).real?.signIn;
  const provider = { kind: 'provider', issuer: PROVIDER.ISSUER, clientId: 'traffic' };
  expect(signInOf({ ...PROVIDER, ...github, ISSUER: 'https://id.example.org/' })).toMatchObject(provider);
  expect(signInOf({ ...PROVIDER, SCOPE: 'openid' })).toMatchObject({ scope: 'openid', signOutUrl: null });
  expect(signInOf(github)).toEqual({
    kind: 'github',
    clientId: 'id',
    clientSecret: 'secret',
    url: 'https://github.com',
  });
  const enterprise = { ...github, GITHUB_SIGN_IN_URL: 'https://github.example.com' };
  expect(signInOf(enterprise)).toMatchObject({ url: enterprise.GITHUB_SIGN_IN_URL });
  expect(problemOf({ ...url, ...github, GITHUB_SIGN_IN_URL: 'http://github.example.com' })).toMatch(
    /^GITHUB_SIGN_IN_URL is "http:/,
  );
  expect(signInOf({})).toEqual({ kind: 'accounts' });
  expect(signInOf({ ...PROVIDER, ...github, SIGN_IN: 'accounts' })).toEqual({ kind: 'accounts' });
  expect(signInOf({ ...PROVIDER, ...github, SIGN_IN: 'github' })).toMatchObject({ kind: 'github' });
});

test('proxies are addresses and ranges, separated by spaces or commas', () => {
  const { real } = read({ HOST: '0.0.0.0', TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8  192.0.2.1' });
  expect(real?.trustedProxies).toEqual(['10.0.0.0/8', 'fd00::/8', '192.0.2.1']);
});

test('with DATABASE_URL alone one role does everything', () => {
  const urls = { DATABASE_URL: 'postgres://web', UPGRADE_DATABASE_URL: 'postgres://owner' };
  expect(read({}).databaseUrls).toBeUndefined();
  expect(read(urls).databaseUrls).toEqual({
    web: 'postgres://web',
    collector: 'postgres://web',
    owner: 'postgres://owner',
    admin: 'postgres://owner',
  });
});

const URL_OF = { PUBLIC_URL: 'https://traffic.example.org' };

test.each([
  [
    { PUBLIC_URL: 'traffic.example.org' },
    'PUBLIC_URL must be an origin such as https://traffic.example.org.',
  ],
  [{ PUBLIC_URL: 'ftp://traffic.example.org' }, 'PUBLIC_URL must be an origin such as'],
  [
    { PUBLIC_URL: 'http://traffic.example.org' },
    'PUBLIC_URL is "http://traffic.example.org": it must begin with https://, because people sign in there.',
  ],
  [{ PUBLIC_URL: 'http://192.168.1.5:8080' }, 'it must begin with https://'],
  [{ PUBLIC_URL: 'https://0.0.0.0' }, 'browsers cannot open that address'],
  [
    { PUBLIC_URL: 'https://example.org/traffic' },
    'PUBLIC_URL is "https://example.org/traffic": it must be an origin, without a path or query: https://example.org',
  ],
  [{ PUBLIC_URL: 'https://example.org/?a=b' }, 'without a path or query'],
  [{ PUBLIC_URL: 'https://example.org#x' }, 'without a path or query'],
  [{ PUBLIC_URL: 'https://me:hush@example.org' }, 'PUBLIC_URL must not contain a user name or password'],
  [{ HOST: 'traffic' }, 'HOST is "traffic": it must be an IP address of this machine'],
  [{ PORT: '65536' }, 'PORT is "65536": it must be a whole number from 0 to 65535.'],
  [{ PORT: '-1' }, 'PORT is "-1": it must be a whole number'],
  [{ INVOCATIONS_PER_MINUTE: 'many' }, 'INVOCATIONS_PER_MINUTE is "many": it must be a whole number'],
  [{ TRUSTED_PROXIES: '10.0.0.0/33' }, 'TRUSTED_PROXIES is "10.0.0.0/33": it must be IP addresses or ranges'],
  [{ TRUSTED_PROXIES: '0.0.0.0/0' }, 'TRUSTED_PROXIES is "0.0.0.0/0"'],
  [{ TRUSTED_PROXIES: 'caddy' }, 'TRUSTED_PROXIES is "caddy"'],
  [{ ...URL_OF, TLS_CERT: 'cert.pem' }, 'TLS_KEY is missing: TLS_CERT and TLS_KEY belong together.'],
  [{ ...URL_OF, TLS_KEY: 'key.pem' }, 'TLS_CERT is missing'],
  [{ TLS_CERT: 'c', TLS_KEY: 'k' }, 'TLS_CERT needs PUBLIC_URL, the https address'],
  [{ TLS_CERT: 'c', TLS_KEY: 'k', PUBLIC_URL: 'http://localhost:1' }, 'TLS_CERT needs PUBLIC_URL'],
  [{ SIGN_IN: 'nobody' }, 'SIGN_IN is "nobody": it must be "provider", "github" or "accounts".'],
  [{ ...URL_OF, ISSUER: 'https://id.example.org' }, 'CLIENT_ID is missing'],
  [{ ...URL_OF, ...PROVIDER, ISSUER: 'http://id.example.org' }, 'ISSUER must be the https address'],
  [{ ...URL_OF, ...PROVIDER, SCOPE: 'profile' }, 'SCOPE must be scopes that include openid.'],
  [{ ...URL_OF, GITHUB_CLIENT_ID: 'id' }, 'GITHUB_CLIENT_SECRET is missing'],
  [{ SIGN_IN: 'github' }, 'GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET are missing'],
] as [Record<string, string>, string][])('%j is refused in one sentence', (environment, words) => {
  const problem = problemOf(environment);
  expect(problem).toContain(words);
  expect(problem).not.toMatch(/\n|hush/);
});

test('several wrong values are named on a line each', () => {
  const problem = problemOf({ PORT: 'x', PUBLIC_URL: 'http://example.org', SIGN_IN: 'nobody' });
  expect(problem.split('\n').map((line) => line.split(' ')[0])).toEqual(['PORT', 'SIGN_IN', 'PUBLIC_URL']);
});

test('the demo is for this machine only', () => {
  for (const environment of [URL_OF, { HOST: '0.0.0.0' }, { SIGN_IN: 'accounts' }])
    expect(problemOf(environment, ['--demo'])).toMatch(/^The demo signs people in without a password/);
  expect(problemOf({}, ['--nonsense'])).toContain("Unknown option '--nonsense'");
});

test('TRACK needs a token, is read word by word, and is not for the demo', () => {
  const both = { GITHUB_TOKEN: ' ghp_x ', TRACK: 'acme/*,!fork' };
  expect(read(both).provision).toEqual({ token: 'ghp_x', track: 'acme/*,!fork', apiUrl: null });
  const enterprise = { ...both, GITHUB_API_URL: 'https://github.example.com/api/v3/' };
  expect(read(enterprise).provision?.apiUrl).toBe('https://github.example.com/api/v3');
  expect(read({ GITHUB_TOKEN: 'ghp_x' }).provision).toBeNull();
  expect(read(both, ['--demo']).provision).toBeNull();
  expect(problemOf({ TRACK: 'acme/*' })).toMatch(/^GITHUB_TOKEN is missing: /);
  expect(problemOf({ ...both, TRACK: 'acme/*,acme' })).toMatch(/^TRACK: word 2, “acme”, is not understood\./);
  expect(problemOf({ ...both, TRACK: `${'a/*,'.repeat(600)}` })).toMatch(/^TRACK is /);
  expect(problemOf({ GITHUB_TOKEN: 'ghp_x', GHS_FILTER: 'acme/*' })).toMatch(/call it TRACK here/);
  expect(problemOf({ ...both, GITHUB_TOKEN: 'x'.repeat(401) })).not.toContain('xxx');
});
