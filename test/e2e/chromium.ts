import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** Debian's build without windows. It takes half the processor time of the others. */
const HEADLESS = 'chromium-headless-shell';
const NAMES = [HEADLESS, 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** An installed Chromium: from CHROMIUM_PATH, the PATH, or Playwright. */
function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  if (named) {
    if (isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH is "${named}", but there is no program.`);
  }
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const files = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
  return [...files, chromium.executablePath()].find(isExecutable);
}

/** Whether apt knows a package: older Debians and Ubuntu have no build without windows. */
function isPackage(name: string): boolean {
  return spawnSync('apt-cache', ['show', name], { stdio: 'ignore' }).status === 0;
}

function installChromium() {
  const isDebianRoot = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  console.log('There is no Chromium for the browser tests: installing one…');
  try {
    if (isDebianRoot) {
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
      const browser = isPackage(HEADLESS) ? HEADLESS : 'chromium';
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', browser], {
        stdio: 'inherit',
      });
    } else execFileSync('npx', ['playwright-core', 'install', 'chromium'], { stdio: 'inherit' });
  } catch (cause) {
    throw new Error(
      'Chromium could not be installed. Install Chromium or Chrome yourself, or name it with CHROMIUM_PATH.',
      { cause },
    );
  }
}

/** Path of the Chromium for the browser tests, installed if missing. The error says what to do if that fails. */
function requireChromium(): string {
  const found = findChromium();
  if (found) return found;
  installChromium();
  const installed = findChromium();
  if (!installed)
    throw new Error('Chromium was installed but is not found: name its program with CHROMIUM_PATH.');
  return installed;
}

/** Starts a headless Chromium; close it when done. */
export function openChromium(flags: string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: requireChromium(), args: [...FLAGS, ...flags] });
}
