import { findBoundCredentials } from '../lib/db/db2-address.ts';
import { PACKAGE, type Platform } from './platform.ts';

/**
 * The database that the deployed package has, for who does not set DATABASE_URL: that of the last deployment, or the Db2
 * service that was bound to the package. Empty where there is none, or the platform does not tell.
 */
export async function readBoundDatabase(platform: Platform): Promise<string> {
  const pack = await platform.get(`packages/${PACKAGE}`).catch(() => null);
  const parameterOf = (name: string) => pack?.parameters?.find(({ key }) => key === name)?.value;
  const address = parameterOf('DATABASE_URL');
  // wskdeploy makes an object of JSON.
  if (typeof address === 'object' && address !== null) return JSON.stringify(address);
  return String(address ?? '') || (findBoundCredentials(parameterOf('__bx_creds')) ?? '');
}
