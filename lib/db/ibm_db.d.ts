/** The part of ibm_db that we use. It is installed only for Db2: https://github.com/ibmdb/node-ibm_db */
declare module 'ibm_db' {
  const driver: { open(connectionString: string): Promise<import('./db2-connection.ts').Db2Connection> };
  export default driver;
}
