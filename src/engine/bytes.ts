/** Bytes as people read them: `4.20 GB`. */
export const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
