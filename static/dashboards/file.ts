import type { Dashboard } from '../../lib/answers/dashboards.ts';
import { offerFile } from '../controls/download.tsx';

/** A dashboard as text: for editing, export and import. */
const toJsonText = (document: unknown) => `${JSON.stringify(document, null, 2)}\n`;

/** A file name made from a title. */
export const fileNameOf = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-|-$/g, '') || 'dashboard';

export function exportText(text: string, name: string) {
  offerFile(new Blob([text], { type: 'application/json' }), `${fileNameOf(name)}.dashboard.json`);
}

/** As it was written. What no person wrote has no line breaks, and is formatted. */
export const textOf = ({ text, document }: Pick<Dashboard, 'text' | 'document'>) =>
  text.trim().includes('\n') ? text : toJsonText(document);

export const exportDashboard = (dashboard: Dashboard) => exportText(textOf(dashboard), dashboard.name);
