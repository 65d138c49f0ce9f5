/**
 * The byte alphabet of byte-level BPE: each of the 256 bytes written as one visible character, so that tokens are
 * strings. Printable Latin-1 stands for itself, the others follow from U+0100 on. Source: GPT-2's `bytes_to_unicode`.
 */

const isPrintable = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

/** The character of each byte, by byte. */
export const byteCharacters: readonly string[] = makeAlphabet();

const bytesOfCharacters = new Map(byteCharacters.map((character, byte) => [character, byte]));
const encoder = new TextEncoder();

function makeAlphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(isPrintable(byte) ? byte : next++));
}

/** UTF-8 bytes of a text, written in the byte alphabet. */
export function toByteCharacters(text: string): string {
  return Array.from(encoder.encode(text), (byte) => byteCharacters[byte]).join('');
}

/** The bytes that a string of the alphabet stands for; undefined if it holds any other character. */
export function fromByteCharacters(text: string): Uint8Array | undefined {
  const bytes = Array.from(text, (character) => bytesOfCharacters.get(character));
  return bytes.every((byte) => byte !== undefined) ? Uint8Array.from(bytes) : undefined;
}
