import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { START_VARIABLES } from '../../local/settings.ts';

const ROOT = path.join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const { services, networks, volumes } = parse(read('compose.yaml'));

test('compose trusts the address that it gives to Caddy, and no other', () => {
  const address: string = services.caddy.networks.inside.ipv4_address;
  expect(services.traffic.environment.TRUSTED_PROXIES).toBe(address);
  const [{ subnet }] = networks.inside.ipam.config;
  expect(subnet).toBe(address.replace(/\.\d+$/, '.0/24'));
});

test('compose sets variables that npm start reads, and mounts volumes and files that are there', () => {
  for (const name of Object.keys(services.traffic.environment)) expect(START_VARIABLES).toHaveProperty(name);
  const mounted: string[] = [...services.traffic.volumes, ...services.caddy.volumes];
  for (const source of mounted.map((text) => text.split(':')[0] ?? ''))
    expect(source.startsWith('./') ? existsSync(path.join(ROOT, source)) : source in volumes, source).toBe(
      true,
    );
  expect(services.traffic).toMatchObject({ read_only: true, cap_drop: ['ALL'], tmpfs: ['/tmp'] });
});

test('Caddy passes calls on to the port of the image', () => {
  const port = /^ENV .*PORT=(\d+)/m.exec(read('Containerfile'))?.[1];
  expect(read('docs/examples/Caddyfile.compose')).toContain(`reverse_proxy traffic:${port}\n`);
});

test('the image and the unit start the program as npm start does', () => {
  const { start, demo } = JSON.parse(read('package.json')).scripts;
  const command = start.split(' && ').at(-1);
  expect(command).toMatch(/^node .*dist\/local\/start\.js$/);
  expect(demo.endsWith(` && ${command} --demo`)).toBe(true);
  const [, words = ''] = /^CMD (.*)$/m.exec(read('Containerfile')) ?? [];
  expect(JSON.parse(words).join(' ')).toBe(command);
  expect(read('docs/examples/github-traffic.service')).toContain(`\nExecStart=/usr/bin/${command}\n`);
});

test('the image is made of what the build reads, without tests, data and secrets', () => {
  const lines = read('.containerignore')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  expect(lines[0]).toBe('*');
  const kept = lines.slice(1).map((line) => line.replace(/^!/, ''));
  expect(kept.filter((name) => !readdirSync(ROOT).includes(name))).toEqual([]);
  for (const name of ['test', 'deploy.env', '.env', '.data', '.git', 'node_modules'])
    expect(kept).not.toContain(name);
  expect(read('.dockerignore')).toBe(read('.containerignore'));
});
