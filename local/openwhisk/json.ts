/** Whether it is a JSON object, and neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value of a JSON text; undefined if it is not valid JSON. */
export function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As the platform writes JSON to containers: on one line, the keys of every object sorted. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  return `{${sortedFields(value)
    .map(([key, field]) => `${JSON.stringify(key)}:${sortedJson(field)}`)
    .join(',')}}`;
}

/** As the platform writes JSON answers: a line for each key, sorted; lists stay on their line. */
export function prettyJson(value: unknown, indent = ''): string {
  if (Array.isArray(value)) return `[${value.map((element) => prettyJson(element, indent)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const inner = `${indent}  `;
  const lines = sortedFields(value).map(
    ([key, field]) => `${inner}${JSON.stringify(key)}: ${prettyJson(field, inner)}`,
  );
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** In the order of UTF-16 code units, as Java compares texts. */
function sortedFields(value: Record<string, unknown>): [string, unknown][] {
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}
