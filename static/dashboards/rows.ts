/** A row of a table as specifications see it; without a repository where all are summed up. */
export interface Row {
  RID: number | null;
  ORGNAME: string | null;
  REPONAME: string | null;
  /** The day, or the week's or month's first one, at 00:00 UTC. */
  TDATE: Date;
  VIEWCOUNT: number | null;
  VUNIQUES: number | null;
  CLONECOUNT: number | null;
  CUNIQUES: number | null;
  /** What the row is of, and the day after it; where the table's name does not say that. */
  STEP?: string;
  TEND?: Date;
}

const figure = (cell: string | undefined) => (cell ? Number(cell) : null);

const midnight = (day: string | undefined) => new Date(`${day}T00:00:00Z`);

/** The API marks text that a spreadsheet would run as a formula. */
const plain = (cell: string | undefined) => cell?.replace(/^'(?=[=+\-@])/, '') || null;

/** The rows of a file of the traffic's table, whose header is known. */
export function parseRows(csv: string): Row[] {
  const [, ...lines] = csv.split('\r\n');
  return lines.filter(Boolean).map((line) => {
    const [id, owner, name, day, views, visitors, clones, cloners, step, end] = line.includes('"')
      ? splitQuoted(line)
      : line.split(',');
    return {
      RID: figure(id),
      ORGNAME: plain(owner),
      REPONAME: plain(name),
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
