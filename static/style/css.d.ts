/** A style sheet as text, which the pages' policy lets a script construct. */
declare module '*.css' {
  const text: string;
  export default text;
}
