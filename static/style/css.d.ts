/** A style sheet as text. The CSP lets a script construct it. */
declare module '*.css' {
  const text: string;
  export default text;
}
