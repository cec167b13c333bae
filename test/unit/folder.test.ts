import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../../local/folder.ts';

const modeOf = (folder: string) => statSync(folder).mode & 0o777;

test('nobody else can list the data folder, the folders made for it, or those in it', () => {
  const parent = mkdtempSync(path.join(tmpdir(), 'folder-test-'));
  const folder = path.join(parent, 'above', 'data');
  makeFolder(folder);
  const expected = process.getuid?.() === 0 ? 0o711 : 0o700;
  expect([modeOf(path.dirname(folder)), modeOf(folder)]).toEqual([expected, expected]);
  rmSync(parent, { recursive: true });
});
