import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { defaultLineLimit } from '../../../src/dataset/lines';
import { loadFiles } from './folder';

const row = (id: number) => `{"wiki_id": ${id}, "text": "é"}`;
const ids = (loaded: Awaited<ReturnType<typeof loadFiles>>) => loaded.dataset.documents.map(({ id }) => id);

describe('lines of a file', () => {
  it('end with LF, CRLF or the file, behind a byte order mark or none', async () => {
    for (const text of ['1\n2\n3', '1\r\n2\r\n3\r\n', '\uFEFF1\r\n2\n3\n', '1\n\n2\r\n\r\n3']) {
      const loaded = await loadFiles({ 'train/doc.jsonl': text.replace(/\d/g, (digit) => row(Number(digit))) });
      assert.deepEqual(loaded.told, []);
      assert.deepEqual(ids(loaded), ['1', '2', '3']);
    }
  });

  it('may be cut anywhere by the pieces that the file is read in', async () => {
    const count = 60_000;
    const rows = Array.from({ length: count }, (_, index) => row(index));
    const loaded = await loadFiles({ 'train/doc.jsonl': rows.join('\n') });
    assert.deepEqual(loaded.told, []);
    assert.equal(loaded.dataset.documents.length, count);
    assert.ok(loaded.dataset.documents.every(({ text, source }, at) => text === 'é' && source.line === at + 1));
    assert.ok(loaded.files[0].bytes > 1.5 * 2 ** 20, 'more than one piece');
  });

  it('that are not UTF-8 are problems and nothing else', async () => {
    const latin1 = Buffer.from(row(2), 'latin1');
    const bytes = Buffer.concat([Buffer.from(`${row(1)}\n`), latin1, Buffer.from(`\n${row(3)}`)]);
    const loaded = await loadFiles({ 'train/doc.jsonl': bytes });
    assert.deepEqual(loaded.told, ['train/doc.jsonl:2:25 This line is not valid UTF-8; it is left out.']);
    assert.deepEqual(ids(loaded), ['1', '3']);
  });

  it('of a UTF-16 file are not read', async () => {
    const loaded = await loadFiles({ 'train/doc.jsonl': Buffer.from(`\uFEFF${row(1)}\n`, 'utf16le') });
    assert.deepEqual(loaded.told, ['train/doc.jsonl:1:1 This file is UTF-16; save it as UTF-8.']);
  });

  it('longer than the limit are problems and nothing else', async () => {
    const text = `${row(1)}\n${JSON.stringify({ wiki_id: 2, text: 'x'.repeat(3_000_000) })}\n${row(3)}\n`;
    const loaded = await loadFiles({ 'train/doc.jsonl': text }, {}, { limit: 2_000_000 });
    assert.deepEqual(loaded.told, [
      'train/doc.jsonl:2:1 This line is too long (3,000,023 bytes, more than 2,000,000); it is left out.',
    ]);
    assert.deepEqual(ids(loaded), ['1', '3']);
  });

  it('of 50 MB are read', async () => {
    assert.ok(defaultLineLimit > 50e6);
    const text = 'x'.repeat(50e6);
    const loaded = await loadFiles({ 'train/doc.jsonl': JSON.stringify({ wiki_id: 1, text }) });
    assert.deepEqual(loaded.told, []);
    assert.equal(loaded.dataset.documents[0].text.length, text.length);
  });
});
