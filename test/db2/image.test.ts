import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, run } from '../deploy/wskdeploy.ts';
import { PACKAGES } from './driver.ts';

let steps: string[];
let root: string;

beforeAll(async () => {
  const text = await readFile(path.join(ROOT, 'deploy/db2.Dockerfile'), 'utf8');
  steps = text.split('\n').filter((line) => /^[A-Z]/.test(line));
  root = await mkdtemp(path.join(tmpdir(), 'image-test-'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** The image's last step, in a folder that stands for its root. */
async function runLastStep() {
  const command = steps.at(-1)?.replace(/^RUN /, '').replace('/node_modules/', `${root}/node_modules/`) ?? '';
  return run('bash', ['--norc', '-c', command]);
}

test('the image for Db2 is Apache’s with the ibm_db of package.json', async () => {
  const { peerDependencies } = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8'));
  expect(steps[0]).toMatch(/^FROM openwhisk\/action-nodejs-v20:\d/);
  expect(steps[1]).toContain(`--prefix / --no-save --no-audit --no-fund ibm_db@${peerDependencies.ibm_db} `);
  expect(steps.length).toBe(4);
});

test('its last step fails without IBM’s driver and succeeds with it', async () => {
  const modules = path.join(root, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(PACKAGES.clidriver))
    if (name !== 'ibm_db') await symlink(path.join(PACKAGES.clidriver, name), path.join(modules, name));
  for (const part of ['lib', 'package.json'])
    await cp(path.join(PACKAGES.clidriver, 'ibm_db', part), path.join(modules, 'ibm_db', part), {
      recursive: true,
    });
  const { code, output } = await runLastStep();
  expect([code, output]).toEqual([1, expect.stringContaining('Could not locate the bindings file')]);
  await rm(modules, { recursive: true });
  await symlink(PACKAGES.clidriver, modules);
  expect(await runLastStep()).toMatchObject({ code: 0 });
});
