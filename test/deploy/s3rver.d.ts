declare module '@20minutes/s3rver' {
  /** The options that the tests use: https://github.com/20minutes/s3rver */
  interface Options {
    address: string;
    port: number;
    silent: boolean;
    directory: string;
    serviceEndpoint: string;
    configureBuckets: { name: string; configs: string[] }[];
  }
  export default class S3rver {
    constructor(options: Options);
    run(): Promise<{ address: string; port: number }>;
    close(): Promise<void>;
  }
}
