/** A row of a table as specifications see it. A sum has no repository. */
export interface Row {
  RID: number | null;
  ORGNAME: string | null;
  REPONAME: string | null;
  /** The day, or the first day of the week or month, at 00:00 UTC. */
  TDATE: Date;
  VIEWCOUNT: number | null;
  VUNIQUES: number | null;
  CLONECOUNT: number | null;
  CUNIQUES: number | null;
  /** The row's step and the day after it, in tables whose step depends on the range. */
  STEP?: string;
  TEND?: Date;
}

const figure = (cell: string | undefined) => (cell ? Number(cell) : null);

const midnight = (day: string | undefined) => new Date(`${day}T00:00:00Z`);

/** The API puts an apostrophe before text that a spreadsheet would run as a formula. */
const withoutQuoteMark = (cell: string | undefined) => cell?.replace(/^'(?=[=+\-@])/, '') || null;

/** Parses the CSV of a traffic table; skips its header. */
export function parseRows(csv: string): Row[] {
  const [, ...lines] = csv.split('\r\n');
  return lines.filter(Boolean).map((line) => {
    const [id, owner, name, day, views, visitors, clones, cloners, step, end] = line.includes('"')
      ? splitQuoted(line)
      : line.split(',');
    return {
      RID: figure(id),
      ORGNAME: withoutQuoteMark(owner),
      REPONAME: withoutQuoteMark(name),
      TDATE: midnight(day),
      VIEWCOUNT: figure(views),
      VUNIQUES: figure(visitors),
      CLONECOUNT: figure(clones),
      CUNIQUES: figure(cloners),
      ...(step && { STEP: step, TEND: midnight(end) }),
    };
  });
}

function splitQuoted(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}
