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
}

const figure = (cell: string | undefined) => (cell ? Number(cell) : null);

/** The API marks text that a spreadsheet would run as a formula. */
const plain = (cell: string | undefined) => cell?.replace(/^'(?=[=+\-@])/, '') || null;

/** The rows of a file of the traffic's table, whose header is known. */
export function parseRows(csv: string): Row[] {
  const [, ...lines] = csv.split('\r\n');
  return lines.filter(Boolean).map((line) => {
    const [id, owner, name, day, ...figures] = line.includes('"') ? splitQuoted(line) : line.split(',');
    return {
      RID: figure(id),
      ORGNAME: plain(owner),
      REPONAME: plain(name),
      TDATE: new Date(`${day}T00:00:00Z`),
      VIEWCOUNT: figure(figures[0]),
      VUNIQUES: figure(figures[1]),
      CLONECOUNT: figure(figures[2]),
      CUNIQUES: figure(figures[3]),
    };
  });
}

function splitQuoted(line: string): string[] {
  const cells = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...cells].map(([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? '');
}
