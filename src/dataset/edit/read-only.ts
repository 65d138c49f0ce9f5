/** Which files of a dataset can be read but not be edited: those that are no text. */
export function isReadOnly({ path: file }: { path: string }): boolean {
  return /\.parquet$/i.test(file);
}
