/** What is used of ibm_db, which is installed only where Db2 is: https://github.com/ibmdb/node-ibm_db */
declare module 'ibm_db' {
  export function open(connectionString: string): Promise<import('./db2.ts').Db2Connection>;
}
