import type { Problem } from '../../lib/dashboards/rules.ts';
import { plural } from '../format.ts';
import type { Diagnostic } from './document-check.ts';

/** The problems in the details of `dashboard_invalid`. */
export function problemsOf(details: unknown): Problem[] {
  const { problems } = (details ?? {}) as { problems?: Problem[] };
  return Array.isArray(problems) ? problems : [];
}

/** The problems of an imported file. */
export function Problems({ details }: { details: unknown }) {
  return (
    <ul class="problems">
      {problemsOf(details).map(({ path, message }) => (
        <li key={`${path} ${message}`}>
          <code>{path || '/'}</code> {message}
        </li>
      ))}
    </ul>
  );
}

interface DiagnosticListProps {
  text: string;
  diagnostics: Diagnostic[];
  onReveal: (at: number) => void;
}

/** The problems of the text, each with a link to its line. */
export function DiagnosticList({ text, diagnostics, onReveal }: DiagnosticListProps) {
  return (
    <div class="diagnostics">
      <p role="status" class={diagnostics.length ? 'field-error' : 'muted'}>
        {diagnostics.length ? plural(diagnostics.length, 'problem') : 'No problems'}
      </p>
      <p class="hint">Ctrl+Space: suggestions. Esc, then Tab: leave the editor.</p>
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
