/** The scripts in sql/. The build lists them and puts them into the bundle: see sql/scripts.mjs. */
declare module 'virtual:schema-scripts' {
  /** The number of the last script. */
  export const SCHEMA_VERSION: number;
  /** The texts of each dialect's scripts, in their order. */
  export const scripts: Record<'postgres' | 'db2', string[]>;
}
