/** The scripts of `local/accounts/sql`, in order. The build makes this module. */
declare module 'virtual:sign-in-scripts' {
  export const scripts: string[];
}
