import { WidgetError } from '../widget-error.ts';
import { countText } from './budget.ts';

type Format = (value: unknown) => string;
/** Vega's number and time formats, by the name of the method that makes them. */
type Locale = Record<string, (...parts: unknown[]) => Format>;

const MAX_FORMATS = 1000;
const MAX_WIDTH = 999;

/** Where the description of the format stands among the parts. */
const PLACES: Record<string, number> = { formatSpan: 3 };
/** They make no text. */
const PARSERS = ['timeParse', 'utcParse'];

const toText = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));

/** The formats with bounded texts: a width of `300000000d` would fill the memory. */
export function boundedFormats(locale: Locale): Locale {
  const seen = new Set<string>();

  function requireShort(name: string, description: string): void {
    seen.add(description);
    if (seen.size > MAX_FORMATS)
      throw new WidgetError('too_large', `More than ${MAX_FORMATS} different formats.`);
    const widths = name.startsWith('format') ? (description.match(/\d+/g) ?? []).map(Number) : [];
    if (widths.some((width) => width > MAX_WIDTH))
      throw new WidgetError('too_large', `A format may be at most ${MAX_WIDTH} characters wide.`);
    countText(description);
  }

  const bounded = Object.entries(locale).map(([name, make]) => [
    name,
    (...parts: unknown[]) => {
      requireShort(name, toText(parts[PLACES[name] ?? 0] ?? ''));
      const format = make(...parts);
      return PARSERS.includes(name) ? format : (value: unknown) => countText(format(value));
    },
  ]);
  return Object.fromEntries(bounded);
}
