/** What is used of ibm_db, which is installed only where Db2 is: https://github.com/ibmdb/node-ibm_db */
declare module 'ibm_db' {
  const driver: { open(connectionString: string): Promise<import('./db2-connection.ts').Db2Connection> };
  export default driver;
}
