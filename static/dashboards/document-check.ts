import type { DashboardDocument } from './document.ts';
import { requireHarmless } from './guard.ts';
import { placeOf, syntaxErrorAt, toPath } from './json-places.ts';
import type { Problem } from './problems.tsx';
import type { Path } from './schema.ts';
import { listMisfits } from './schema-check.ts';

/** A problem with its place in the text. */
export interface Flaw {
  from: number;
  to: number;
  message: string;
}

export interface Checked {
  flaws: Flaw[];
  /** What can be drawn of the text. */
  document: DashboardDocument | undefined;
}

/** Checks a dashboard's text: whether it is JSON, fits the format, and draws nothing that is not allowed. */
export function checkText(text: string): Checked {
  const parsed = parse(text);
  if ('flaw' in parsed) return { flaws: [parsed.flaw], document: undefined };
  const document = isDrawable(parsed.value) ? parsed.value : undefined;
  const misfits = listMisfits(parsed.value).map(({ path, atKey, message }) =>
    toFlaw(text, path, message, atKey),
  );
  return { flaws: [...misfits, ...(document ? refusals(text, document) : [])], document };
}

function parse(text: string): { value: unknown } | { flaw: Flaw } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const from = syntaxErrorAt(text);
    const message = (error as Error).message.replace(
      /,? \.{3}.*| in JSON at position.*| \(line \d+.*| is not valid JSON$/s,
      '',
    );
    return { flaw: { from, to: Math.min(text.length, from + 1), message: `This is not JSON: ${message}` } };
  }
}

function toFlaw(text: string, path: Path, message: string, atKey = false): Flaw {
  const place = placeOf(text, path);
  const { from, to } = (atKey && place.key) || place;
  return { from, to: Math.min(to, text.indexOf('\n', from) < 0 ? to : text.indexOf('\n', from)), message };
}

/** The API's or the drawing's problems at their places. */
export const flawsOf = (text: string, problems: Problem[]): Flaw[] =>
  problems.map(({ path, message }) => toFlaw(text, toPath(path), message));

function refusals(text: string, { tabs }: DashboardDocument): Flaw[] {
  return tabs.flatMap(({ widgets }, tab) =>
    widgets.flatMap(({ spec }, widget) => {
      try {
        requireHarmless(spec);
        return [];
      } catch (error) {
        return [toFlaw(text, ['tabs', tab, 'widgets', widget, 'spec'], (error as Error).message, true)];
      }
    }),
  );
}

/** Enough of a document to show a preview of it. */
function isDrawable(value: unknown): value is DashboardDocument {
  const { tabs } = (value ?? {}) as { tabs?: unknown };
  return (
    Array.isArray(tabs) &&
    tabs.every(
      (tab) => Array.isArray(tab?.widgets) && tab.widgets.every((widget: unknown) => isPlaced(widget)),
    )
  );
}

function isPlaced(widget: unknown): boolean {
  const { x, y, w, h, spec } = (widget ?? {}) as Record<string, unknown>;
  return (
    [x, y, w, h].every((number) => Number.isInteger(number) && Number(number) <= 500) && spec !== undefined
  );
}
