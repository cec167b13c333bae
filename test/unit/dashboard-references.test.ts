import { expect, test } from 'vitest';
import { listReferences, replaceReferences } from '../../lib/dashboards/references.ts';

const toText = (widgets: object[], indent?: number) =>
  JSON.stringify({ name: 'Team', tabs: [{ title: 'One', widgets }] }, null, indent);

const NEW = { repositories: new Map([[3, 30]]), groups: new Map([[5, 50]]) };

test('a document names each repository and group once, wherever its widgets do', () => {
  const text = toText([
    { repositories: { ids: [3, 4] } },
    { repositories: { ids: [4] } },
    { repositories: { group: 5 } },
    { repositories: 'all' },
    { kind: 'text', text: '{"group":6}' },
  ]);
  expect(listReferences(text)).toEqual({ repositoryIds: [3, 4], groupIds: [5] });
});

test('references are replaced, and the rest of the document stays as it was indented', () => {
  const before = [{ repositories: { ids: [4, 3] } }, { repositories: { group: 5 } }, { kind: 'text' }];
  const after = [{ repositories: { ids: [30] } }, { repositories: { group: 50 } }, { kind: 'text' }];
  for (const indent of [undefined, 2, 3])
    expect(replaceReferences(toText(before, indent), NEW)).toBe(toText(after, indent));
});

test('a widget whose repositories or group are not there names something that never is', () => {
  const text = replaceReferences(
    toText([{ repositories: { ids: [4] } }, { repositories: { group: 6 } }]),
    NEW,
  );
  expect(listReferences(text)).toEqual({ repositoryIds: [2 ** 31 - 1], groupIds: [2 ** 31 - 1] });
});

test.each([toText([{ repositories: 'all' }]).replaceAll(',', ' , '), '{', '[]', '{"tabs":{}}', 'null'])(
  'text without references stays as it was written: %s',
  (text) => {
    expect(listReferences(text)).toEqual({ repositoryIds: [], groupIds: [] });
    expect(replaceReferences(text, NEW)).toBe(text);
  },
);
