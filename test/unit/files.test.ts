import { expect, test } from 'vitest';
import { toFilesSettings } from '../../lib/files/settings.ts';
import { openFiles } from '../../lib/files.ts';

test('without a bucket nothing can be shared, and the failure names the parameters that say where one is', () => {
  const open = () => openFiles(toFilesSettings(() => ''));
  expect(open).toThrow(expect.objectContaining({ code: 'files_not_configured' }));
  for (const name of ['URL', 'ENDPOINT', 'BUCKET', 'ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'])
    expect(open).toThrow(`FILES_${name}`);
});
