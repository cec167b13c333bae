import { isIP } from 'node:net';
import type {
  AuthenticationResponseJSON,
  AuthenticatorTransport,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import { Refusal } from './refusal.ts';
import type { AccountStore, Credentials } from './store.ts';

const TITLE = 'GitHub Traffic Analytics';
const CHALLENGE_MS = 5 * 60_000;
const MAX_CHALLENGES = 10_000;

/** The package takes a quarter of a second and 17 MB to load: only who uses passkeys pays for it. */
const webauthn = () => import('@simplewebauthn/server');

const badPasskey = () =>
  new Refusal(
    400,
    'passkey_refused',
    'This passkey did not prove who you are. Try again, or sign in another way.',
  );

/** Challenges that were given out, for one use each within five minutes. */
function openChallenges() {
  const open = new Map<string, number>();
  return {
    add(challenge: string): void {
      for (const [oldest, until] of open) {
        if (open.size < MAX_CHALLENGES && until > Date.now()) break;
        open.delete(oldest);
      }
      open.set(challenge, Date.now() + CHALLENGE_MS);
    },
    take(challenge: string): boolean {
      const until = open.get(challenge) ?? 0;
      open.delete(challenge);
      return until > Date.now();
    },
  };
}

interface ClientData {
  challenge: string;
  origin: string;
}

function readClientData(response: unknown): ClientData {
  const encoded = (response as { response?: { clientDataJSON?: unknown } } | null)?.response?.clientDataJSON;
  if (typeof encoded !== 'string') throw badPasskey();
  try {
    const { challenge, origin } = JSON.parse(Buffer.from(encoded, 'base64url').toString()) as ClientData;
    if (typeof challenge === 'string' && typeof origin === 'string') return { challenge, origin };
  } catch {
    // Not what a browser sends.
  }
  throw badPasskey();
}

/** A browser refuses passkeys for an IP address, and anywhere but on https and localhost. */
export function supportsPasskeys(origin: string): boolean {
  const { hostname, protocol } = new URL(origin);
  const isAddress = isIP(hostname) !== 0 || hostname.startsWith('[');
  return !isAddress && (protocol === 'https:' || hostname === 'localhost');
}

/**
 * Registers and checks passkeys, which are bound to `origin`. Each must be discoverable, and its authenticator must verify the
 * person: it is all that they sign in with.
 */
export function openPasskeys({ origin, store }: { origin: string; store: AccountStore }) {
  const rpID = new URL(origin).hostname;
  const registrations = openChallenges();
  const authentications = openChallenges();

  /** Throws `passkey_of_other_origin`, and `passkey_expired` unless its challenge was given out for this. */
  function requireOurs(response: unknown, challenges: ReturnType<typeof openChallenges>): string {
    const { challenge, origin: other } = readClientData(response);
    if (other !== origin)
      throw new Refusal(
        400,
        'passkey_of_other_origin',
        `This passkey was used at ${other.slice(0, 200)}, but it works only at ${origin}. Open the pages at ${origin}, and sign in there.`,
      );
    if (challenges.take(challenge)) return challenge;
    throw new Refusal(400, 'passkey_expired', 'That took too long. Use the passkey again.');
  }

  return {
    async registrationOptions(account: { email: string; name: string; subject: string | null }) {
      const { generateRegistrationOptions } = await webauthn();
      const known = account.subject ? await store.listPasskeys(account.subject) : [];
      const options = await generateRegistrationOptions({
        rpName: TITLE,
        rpID,
        userName: account.email,
        userDisplayName: account.name || account.email,
        ...(account.subject && { userID: new TextEncoder().encode(account.subject) }),
        attestationType: 'none',
        excludeCredentials: known.map(({ id }) => ({ id })),
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      });
      registrations.add(options.challenge);
      return options;
    },
    /** Throws `passkey_of_other_origin`, `passkey_expired` and `passkey_refused`. */
    async verifyRegistration(response: unknown, name: string): Promise<NonNullable<Credentials['passkey']>> {
      const { verifyRegistrationResponse } = await webauthn();
      const expectedChallenge = requireOurs(response, registrations);
      const verified = await verifyRegistrationResponse({
        response: response as RegistrationResponseJSON,
        expectedChallenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
      }).catch(() => null);
      if (!verified?.verified) throw badPasskey();
      const { id, publicKey, counter, transports = [] } = verified.registrationInfo.credential;
      const known = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];
      return {
        credentialId: id,
        publicKey,
        counter,
        transports: transports.filter((one) => known.includes(one)),
        name,
      };
    },
    async authenticationOptions() {
      const { generateAuthenticationOptions } = await webauthn();
      const options = await generateAuthenticationOptions({ rpID, userVerification: 'required' });
      authentications.add(options.challenge);
      return options;
    },
    /** The subject whose passkey it is. Throws what `verifyRegistration` throws, and `passkey_unknown`. */
    async verifyAuthentication(response: unknown): Promise<string> {
      const { verifyAuthenticationResponse } = await webauthn();
      const expectedChallenge = requireOurs(response, authentications);
      const { id } = response as AuthenticationResponseJSON;
      const passkey = typeof id === 'string' ? await store.findPasskey(id) : undefined;
      if (!passkey)
        throw new Refusal(
          400,
          'passkey_unknown',
          'No account here has this passkey: it may have been removed. Sign in another way, or ask an administrator for a reset link.',
        );
      const verified = await verifyAuthenticationResponse({
        response: response as AuthenticationResponseJSON,
        expectedChallenge,
        expectedOrigin: origin,
        expectedRPID: rpID,
        requireUserVerification: true,
        credential: {
          id: passkey.credentialId,
          publicKey: passkey.publicKey,
          counter: passkey.counter,
          transports: passkey.transports as AuthenticatorTransport[],
        },
      }).catch(() => null);
      if (!verified?.verified) throw badPasskey();
      await store.usePasskey(passkey.credentialId, verified.authenticationInfo.newCounter);
      return passkey.subject;
    },
  };
}

export type Passkeys = ReturnType<typeof openPasskeys>;
