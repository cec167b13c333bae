import { plural } from '../format.ts';
import type { Flaw } from './document-check.ts';

interface FlawListProps {
  text: string;
  flaws: Flaw[];
  onReveal: (at: number) => void;
}

/** What is wrong with the text, each a way to its line. */
export function FlawList({ text, flaws, onReveal }: FlawListProps) {
  return (
    <div class="flaws">
      <p role="status" class={flaws.length ? 'fault' : 'muted'}>
        {flaws.length ? plural(flaws.length, 'problem') : 'No problems'}
      </p>
      <p class="hint">Ctrl and the space bar complete a name; Escape, then Tab leaves the text.</p>
      <ul class="problems">
        {flaws.map(({ from, message }) => (
          <li key={`${from} ${message}`}>
            <button type="button" class="link-button" onClick={() => onReveal(from)}>
              {placeIn(text, from)}
            </button>{' '}
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function placeIn(text: string, at: number): string {
  const lines = text.slice(0, at).split('\n');
  return `Line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}`;
}
