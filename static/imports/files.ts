/** A file that somebody dropped or chose. */
export interface ChosenFile {
  /** Where it stood in what was dropped, such as `data/traffic/views.csv`. */
  path: string;
  file: File;
}

/** A folder of one file a day over twenty years has 7,300 files of each kind. */
const MAX_FILES = 50_000;

const tooMany = () =>
  new Error(
    `These are more than ${MAX_FILES.toLocaleString('en-GB')} files. Drop the folder with the traffic files only, or a ZIP of it.`,
  );

/** The files of an `<input type="file">`; those of a folder with their paths. */
export async function chosenFiles(list: FileList | null): Promise<ChosenFile[]> {
  const files = [...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
  if (files.length > MAX_FILES) throw tooMany();
  return files;
}

/** The files of what was dropped, with those in its folders. Throws if they are too many, or a folder cannot be read. */
export async function droppedFiles(transfer: DataTransfer): Promise<ChosenFile[]> {
  // Both lists are empty once the event is over.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFiles(transfer.files);
  const files: ChosenFile[] = [];
  const waiting = [...entries];
  for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
    if (isFolder(entry)) waiting.push(...(await entriesOf(entry)));
    else files.push(await toChosen(entry as FileSystemFileEntry));
    if (files.length + waiting.length > MAX_FILES) throw tooMany();
  }
  return files;
}

const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** A browser gives the entries of a folder in parts, and an empty part after the last one. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const entries: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return entries;
    entries.push(...some);
  }
}

async function toChosen(entry: FileSystemFileEntry): Promise<ChosenFile> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return { path: entry.fullPath.replace(/^\//, ''), file };
}
