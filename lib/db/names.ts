import { CamelCasePlugin, type PluginTransformResultArgs } from 'kysely';

/** The code's name for a column of the database: `viewCount` for `view_count`. */
export function toName(column: string): string {
  return column.replace(/_(.)/g, (_, first: string) => first.toUpperCase());
}

/**
 * Names are camelCase in the code and snake_case in the database. Connections name the columns of what they read by `toName`,
 * once for each result: Kysely's own way copies every row.
 */
export class Names extends CamelCasePlugin {
  override async transformResult({ result }: PluginTransformResultArgs) {
    return result;
  }
}
