import { plural } from '../format.ts';
import type { Diagnostic } from './document-check.ts';

interface DiagnosticListProps {
  text: string;
  diagnostics: Diagnostic[];
  onReveal: (at: number) => void;
}

/** What is wrong with the text, each a way to its line. */
export function DiagnosticList({ text, diagnostics, onReveal }: DiagnosticListProps) {
  return (
    <div class="diagnostics">
      <p role="status" class={diagnostics.length ? 'fault' : 'muted'}>
        {diagnostics.length ? plural(diagnostics.length, 'problem') : 'No problems'}
      </p>
      <p class="hint">Ctrl and the space bar complete a name; Escape, then Tab leaves the text.</p>
      <ul class="problems">
        {diagnostics.map(({ from, message }) => (
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
