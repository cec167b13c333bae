import { CamelCasePlugin, type PluginTransformResultArgs } from 'kysely';

/** The code's name for a column of the database: `viewCount` for `view_count`. */
export function toName(column: string): string {
  return column.replace(/_(.)/g, (_, first: string) => first.toUpperCase());
}

/**
 * The code writes camelCase names, and the database has snake_case ones. A connection renames a result's columns once, with
 * `toName`. Kysely's plugin would copy every row.
 */
export class Names extends CamelCasePlugin {
  override async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}
