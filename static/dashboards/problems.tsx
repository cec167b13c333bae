import type { Problem } from '../../lib/dashboards/rules.ts';

/** The problems in the details of `dashboard_invalid`. */
export function problemsOf(details: unknown): Problem[] {
  const { problems } = (details ?? {}) as { problems?: Problem[] };
  return Array.isArray(problems) ? problems : [];
}

/** The places of an imported file that cannot be taken over. */
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
