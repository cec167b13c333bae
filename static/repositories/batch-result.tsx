import type { RepositoriesAdded } from '../../lib/answers/repositories.ts';
import { Notice } from '../controls/notice.tsx';
import { plural } from '../format.ts';

/** What became of many repositories: each was accepted or refused by itself. */
export function BatchResult({ batch: { added, refused } }: { batch: RepositoriesAdded }) {
  const some = refused.length ? `, ${refused.length} refused` : '';
  return (
    <Notice
      kind={refused.length ? 'warning' : 'success'}
      title={`${plural(added.length, 'repository', 'repositories')} added${some}`}
    >
      {refused.length > 0 && (
        <ul>
          {refused.map(({ owner, name, message }) => (
            <li key={`${owner}/${name}`}>
              <strong>
                {owner}/{name}
              </strong>
              : {message}
            </li>
          ))}
        </ul>
      )}
    </Notice>
  );
}
