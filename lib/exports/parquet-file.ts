import type { SchemaElement } from 'hyparquet';
import { ByteWriter, type ColumnSource, ParquetWriter } from 'hyparquet-writer';
import type { ExportValue, NamedColumn } from './format.ts';

/** A Parquet file that is written a row group at a time. Each call returns the bytes that come next. */
export interface ParquetFile {
  /** A row group: the values of each column. */
  add(columns: readonly ExportValue[][]): Uint8Array;
  end(): Uint8Array;
}

const TYPES: Record<NamedColumn['type'], Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>> = {
  integer: { type: 'INT64' },
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  day: { type: 'INT32', converted_type: 'DATE' },
  instant: {
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  },
};

/** Begins a Parquet file with these columns. */
export function openParquetFile(columns: readonly NamedColumn[]): ParquetFile {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, type, isOptional }) => ({
      name,
      repetition_type: isOptional ? ('OPTIONAL' as const) : ('REQUIRED' as const),
      ...TYPES[type],
    })),
  ];
  const writer = new ByteWriter();
  const file = new ParquetWriter({ writer, schema });
  const take = () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    return bytes;
  };
  return {
    add(values) {
      const columnData: ColumnSource[] = columns.map(({ name, type }, at) => ({
        name,
        data: (values[at] ?? []).map((value) => toParquet(type, value)),
      }));
      void file.write({ columnData, rowGroupSize: values[0]?.length || 1 });
      return take();
    },
    end() {
      void file.finish();
      return take();
    },
  };
}

function toParquet(type: NamedColumn['type'], value: ExportValue): bigint | Date | string | null {
  if (value === null) return null;
  if (type === 'integer') return BigInt(value);
  return type === 'text' ? String(value) : new Date(value);
}
