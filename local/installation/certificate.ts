import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** A certificate with its chain, and its private key, in PEM. */
export interface CertificatePair {
  cert: string;
  key: string;
}

const DAY_MS = 86_400_000;
/** Certificates of authorities such as Let's Encrypt are renewed long before. */
const SOON_DAYS = 7;

function readPem(name: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`${name} is "${file}", which cannot be read (${code}).`);
  }
}

/** Reads both files. Throws a sentence if one cannot be read. */
export function readPair(files: CertificatePair): CertificatePair {
  return { cert: readPem('TLS_CERT', files.cert), key: readPem('TLS_KEY', files.key) };
}

/** Throws a sentence if the pair cannot serve that host name. */
export function requireUsable({ cert, key }: CertificatePair, hostname: string): void {
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`TLS_CERT and TLS_KEY are not a certificate and its private key (${reason}).`);
  }
  const certificate = new X509Certificate(cert);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (certificate.checkHost(host) || certificate.checkIP(host)) return;
  const names = certificate.subjectAltName ?? certificate.subject;
  throw new Error(`The certificate of TLS_CERT is for ${names}, not for ${hostname} of PUBLIC_URL.`);
}

/** A sentence if the certificate is not valid now, or not for much longer; otherwise undefined. */
export function findExpiry({ cert }: CertificatePair, now: Date): string | undefined {
  const { validFrom, validTo } = new X509Certificate(cert);
  if (Date.parse(validFrom) > now.getTime())
    return `The certificate of TLS_CERT is not valid before ${validFrom}.`;
  const days = Math.floor((Date.parse(validTo) - now.getTime()) / DAY_MS);
  if (days < 0) return `The certificate of TLS_CERT expired on ${validTo}: renew it.`;
  return days < SOON_DAYS ? `The certificate of TLS_CERT expires on ${validTo}: renew it.` : undefined;
}

interface WatchOptions {
  files: CertificatePair;
  current: CertificatePair;
  hostname: string;
  /** Milliseconds between two looks. */
  interval: number;
  onChange: (pair: CertificatePair) => void;
  log: (line: object) => void;
}

/**
 * Looks at the files again and again: watching them would miss links that are replaced, as certbot does. A pair that cannot
 * be used is logged once, and the last good one stays. Returns a function that ends it.
 */
export function watchPair({ files, current, hostname, interval, onChange, log }: WatchOptions): () => void {
  const tell = (level: string, message: string) => log({ level, event: 'certificate', message });
  let seen = JSON.stringify(current);
  let problem = '';

  const look = () => {
    try {
      const pair = readPair(files);
      const now = JSON.stringify(pair);
      if (now === seen) return;
      requireUsable(pair, hostname);
      onChange(pair);
      seen = now;
      problem = '';
      tell('info', 'The certificate was replaced.');
      const expiry = findExpiry(pair, new Date());
      if (expiry) tell('warn', expiry);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message !== problem) tell('error', `${message} The old certificate stays in use.`);
      problem = message;
    }
  };
  const timer = setInterval(look, interval);
  timer.unref();
  return () => clearInterval(timer);
}
