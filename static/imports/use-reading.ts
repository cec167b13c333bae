import { useEffect, useRef, useState } from 'preact/hooks';
import type { ReadAnswers } from '../../lib/imports/history.ts';
import type { ChosenFile } from './files.ts';
import type { ReadProgress, ReadSummary } from './protocol.ts';
import { openReader, type Reader } from './reading.ts';

interface Reading {
  reader: Reader | null;
  summary: ReadSummary | undefined;
  /** Null while nothing is being read. */
  progress: ReadProgress | null;
  error: Error | undefined;
  /** Keeps the worker when the page leaves this step. */
  keepReader: () => void;
}

/** Reads the files, and again when questions are answered. The worker ends with the step, unless it is kept. */
export function useReading(files: ChosenFile[], answers: ReadAnswers): Reading {
  const [reader, setReader] = useState<Reader | null>(null);
  const [summary, setSummary] = useState<ReadSummary>();
  const [progress, setProgress] = useState<ReadProgress | null>({ done: 0, of: files.length });
  const [error, setError] = useState<Error>();
  const isKept = useRef(false);

  useEffect(() => {
    const opened = openReader(setProgress);
    setReader(opened);
    return () => {
      if (!isKept.current) opened.end();
    };
  }, []);
  useEffect(() => {
    if (!reader) return undefined;
    let isCurrent = true;
    setProgress({ done: 0, of: files.length });
    setError(undefined);
    reader
      .ask({ kind: 'read', files, answers })
      .then((read) => isCurrent && setSummary(read))
      .catch((reason: Error) => isCurrent && setError(reason))
      .finally(() => isCurrent && setProgress(null));
    return () => {
      isCurrent = false;
    };
  }, [reader, files, answers]);
  return {
    reader,
    summary,
    progress,
    error,
    keepReader: () => {
      isKept.current = true;
    },
  };
}
