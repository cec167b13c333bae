/** SQL scripts are imported as text: the build puts them into the bundle. */
declare module '*.sql' {
  const script: string;
  export default script;
}
