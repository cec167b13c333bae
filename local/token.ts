import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createIdentityProvider } from './identity.ts';
import { CLIENT_ID, IDENTITY_PATH } from './installation.ts';

/** `npm run token -- EMAIL`: prints that person's access token from the local identity provider. */
async function printToken(email: string | undefined): Promise<void> {
  if (!email?.includes('@')) throw new Error('Whose token? For example: npm run token -- ada@example.com');
  const dataDir = path.resolve(process.env.DATA_DIR || '.data');
  const urlFile = path.join(dataDir, 'url');
  if (!existsSync(urlFile))
    throw new Error(`There is no installation in ${dataDir}: run npm start once, or set DATA_DIR.`);
  const url = readFileSync(urlFile, 'utf8');
  if (!url.startsWith('http://127.0.0.1:'))
    throw new Error(`The installation in ${dataDir} is a real one: sign in at ${url} for a token.`);
  const provider = await createIdentityProvider({
    issuer: `${url}${IDENTITY_PATH}`,
    clientId: CLIENT_ID,
    origins: [],
    people: [],
    dataDir: path.join(dataDir, 'identity'),
  });
  process.stdout.write(`${await provider.issueToken(email)}\n`);
}

printToken(process.argv[2]).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
